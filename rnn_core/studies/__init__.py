"""What a page computes beyond one flow."""
