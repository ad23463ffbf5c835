"""PyTorch, with which the networks of the learned tier are trained; it is an extra."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deskhand.errors import DeskhandError

INSTALL = 'python -m pip install "deskhand[fit]"'


def torch_or_none() -> Any:
    """Return PyTorch, or None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    return torch


@contextmanager
def torch_on_one_thread() -> Iterator[Any]:
    """Give PyTorch, which computes on one thread meanwhile.

    The order of sums, and with it the last bit, then stays the same on every machine.

    Raises
    ------
    DeskhandError
        When PyTorch is not installed.
    """
    torch = torch_or_none()
    if torch is None:
        raise DeskhandError(f"the learned tier is fitted with PyTorch, which is missing: {INSTALL}")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield torch
    finally:
        torch.set_num_threads(threads)
