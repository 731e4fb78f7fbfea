"""Your model: a recording of somebody's own training, looked into."""
