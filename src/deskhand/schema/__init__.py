"""JSON Schema 2020-12 documents of every format that deskhand writes or reads."""
