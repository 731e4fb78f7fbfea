"""Settings: each declared once."""
