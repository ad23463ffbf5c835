"""A small service that takes batches and keeps them, honest unless it is told to be wrong."""
