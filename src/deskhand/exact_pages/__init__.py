"""Pages painted by Chromium itself, from compiled nodes, recorded changes and what was filled in."""

from deskhand.exact_pages.painter import exact_painter, exact_pointer

__all__ = ["exact_painter", "exact_pointer"]
