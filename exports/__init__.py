"""Capture formats, one a file: recorder behaviour, schema, writer, reader."""
