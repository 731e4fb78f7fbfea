"""A training run: its settings, its updates by either engine, its record."""
