"""The realism report: every figure beside its reference, and beside how far people are apart themselves."""
