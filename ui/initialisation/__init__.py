"""The page Initialisation and activation."""
