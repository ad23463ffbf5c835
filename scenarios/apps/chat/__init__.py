"""Team chat."""
