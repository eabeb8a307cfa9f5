"""How a training tells how far it is. Drawing is left to whoever asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Watch(Protocol):
    """Is told what happens in a training."""

    def note(self, line: str, /) -> None:
        """Something that a person should know: a choice made, pictures left out."""

    def step(self, epoch: int, done: int, total: int, loss: float, /) -> None:
        """`done` of `total` steps of an epoch (from 1) are done; the mean loss so far."""

    def epoch(self, row: Mapping[str, float], epochs: int, /) -> None:
        """An epoch has ended: its row of the history, and how many epochs there will be."""

    def __call__(self, name: str, done: int, total: int, /) -> None:
        """`done` of `total` of something else: pictures read."""


class Silent:
    """Tells nobody."""

    def note(self, line: str) -> None:
        """Nothing."""

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Nothing."""

    def epoch(self, row: Mapping[str, float], epochs: int) -> None:
        """Nothing."""

    def __call__(self, name: str, done: int, total: int) -> None:
        """Nothing."""
