"""The page Claims: what tutorials say, run in front of the reader."""
