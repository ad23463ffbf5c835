"""A builder of web pages."""
