"""How a download tells how far it is. Drawing a bar is left to whoever asked."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is called several times a second while something is fetched."""

    def __call__(self, name: str, done: int, total: int, /) -> None:
        """`done` of `total` bytes of what goes by `name` are here; the last call of a success has done = total."""
        ...


def silent(name: str, done: int, total: int) -> None:
    """Tells nobody.

    >>> silent("network.onnx", 1, 2)
    """
