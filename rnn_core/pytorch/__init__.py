"""Everything that needs PyTorch; torch itself is imported inside the functions."""
