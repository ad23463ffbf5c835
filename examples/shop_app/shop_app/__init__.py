"""A web shop with one page, for deskhand."""
