"""Numbers beyond float64, clipped, and where they stop being finite."""
