"""The player: one session as a self-contained HTML page that can be watched."""

from deskhand.player.build import player_html, write_player

__all__ = ["player_html", "write_player"]
