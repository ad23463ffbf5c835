"""What `deskhand play` calls; the page itself is made in `deskhand.player`."""

from deskhand.player.build import write_player

__all__ = ["write_player"]
