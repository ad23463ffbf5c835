"""Compile a page into a screen with a real browser."""

from deskhand.scenarios.screen_compiler.page_compiler import compile_page, write_screen

__all__ = ["compile_page", "write_screen"]
