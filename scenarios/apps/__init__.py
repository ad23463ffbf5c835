"""The shipped applications: authored pages and their compiled screens."""
