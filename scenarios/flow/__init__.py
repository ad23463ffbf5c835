"""Pictures of what a scenario consists of: as it was written, or as trials went through it."""
