"""What it takes to teach a task, and the registry of those that can be taught."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from numpy.typing import NDArray

from opsin.core.registry import Registry
from opsin.data.dataset import Dataset
from opsin.weights.card import Card


class Teacher(ABC):
    """How one task is taught: what the network's last layer is, what it should say, and how wrong it is.

    Attributes:
        task: name of the task.
        metrics: what Keras should tell beside the loss.
        monitor: the figure by which the best epoch is chosen.
        is_better_high: whether a higher monitor is better.
    """

    task: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]
    monitor: ClassVar[str]
    is_better_high: ClassVar[bool]

    @abstractmethod
    def head(self, features: Any, labels: Sequence[str]) -> Any:
        """The network's raw output (a Keras tensor) on top of its features."""

    @abstractmethod
    def encode(self, data: Dataset) -> NDArray[Any]:
        """What the raw output should be for each picture, one row each."""

    @abstractmethod
    def loss(self, settings: Mapping[str, Any]) -> Any:
        """The loss between `encode`'s rows and the raw output: a Keras loss.

        Args:
            settings: what `opsin train` was asked: `loss`, `label_smoothing`.
        """

    @abstractmethod
    def finish(self, card: Card, raw: NDArray[Any], truth: NDArray[Any]) -> Card:
        """The card with what can be learned from the raw answers about validation pictures: calibration, figures."""


TEACHERS: Registry[Teacher] = Registry("task that can be taught", "opsin.models")
"""How each task is taught, by its name."""
