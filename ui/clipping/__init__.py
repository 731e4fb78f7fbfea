"""The page Clipping."""
