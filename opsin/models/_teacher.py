"""What it takes to teach a task, and the registry of those that can be taught."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.placement import Placement
from opsin.core.registry import Registry
from opsin.data.dataset import Dataset
from opsin.weights.card import Card

Row = NDArray[Any]
"""What the network should say about one picture."""

Read = Callable[[int], tuple[Image, Row]]
"""A picture of the network's size by its number, and its row."""

Mover = Callable[[Read, int, int, np.random.Generator], tuple[Image, Row]]
"""Reads pictures, of which there are so many, and changes one at random together with its row."""

Practice = Callable[[NDArray[Any], NDArray[Any], np.random.Generator], NDArray[Any]]
"""Rows to learn from in place of others (n, …), made of what the network says now about what it takes (n, h, w, c)."""

Answered = Iterable[tuple[NDArray[Any], NDArray[Any]]]
"""Batch by batch, what the network says about pictures, and their rows."""


class Sight(Protocol):
    """Frozen networks that look at pictures before the network that is taught.

    Attributes:
        name: under which what it sees is kept; another one for anything that sees otherwise.
        shape: (h, w, channels) of what it sees.
        input_size: (height, width) in pixels of what it looks at.
    """

    name: str
    shape: tuple[int, int, int]
    input_size: Size

    def __call__(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """(n, h, w, channels) what is seen at places of each image."""
        ...


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What is chosen for a task when nobody asks for something else.

    Attributes:
        model: name of the network.
        fit: how pictures are brought to the network's size.
        side: the longer one, in pixels, of an input that has the shape of most pictures; None for the network's own.
        batch_size: pictures a step, where they are photographs.
        rate: with ImageNet's weights: share of the usual learning rate, since what was learned is to be kept.
        frozen_epochs: with ImageNet's weights: epochs for the last layer alone.
        weighs_classes: whether rare classes may count more.
        clip: the norm of all gradients together above which they are shortened; 0 leaves them as they are.
    """

    model: str = "tutorial"
    fit: str = "squeeze"
    side: int | None = None
    batch_size: int = 32
    rate: float = 0.2
    frozen_epochs: int = 20
    weighs_classes: bool = True
    clip: float = 0.0


class Teacher(ABC):
    """How one task is taught: what the network's last layer is, what it should say, and how wrong it is.

    Attributes:
        task: name of the task.
        metrics: what Keras should tell beside the loss.
        monitor: the figure by which the best epoch is chosen.
        is_better_high: whether a higher monitor is better.
        figure: what people judge the task by: the name of what `quality` answers.
        usual: what is chosen when nobody asks for something else.
        sees_maps: whether the last layers take feature maps by their stride, instead of features.
        heads: the last layers that can be chosen, by name, the usual one first; none where there is but one kind.
        takes_tiles: whether pictures can be taught in tiles.
        takes_planes: whether pictures may have 16 bits, or other channels than colours.
        refuses: what `opsin train` can be asked that means nothing to this task.
        beside: names of the files that `write_beside` writes; where there are any, only `openvino` holds all of them.
        judges_answers: whether an epoch is judged by `figures`; else by Keras, with `metrics`.
    """

    task: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]] = ()
    monitor: ClassVar[str]
    is_better_high: ClassVar[bool]
    figure: ClassVar[str]
    usual: ClassVar[Usual] = Usual()
    sees_maps: ClassVar[bool] = False
    judges_answers: ClassVar[bool] = False
    heads: ClassVar[tuple[str, ...]] = ()
    takes_tiles: ClassVar[bool] = False
    takes_planes: ClassVar[bool] = False
    refuses: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()

    def sight(self) -> Sight | None:
        """What looks at pictures before the network; None where the network takes their pixels."""
        return None

    def prepared(self, data: Dataset) -> Dataset:
        """The data with what is to be told apart as their labels, where that is not written beside the pictures."""
        return data

    def for_labels(self, labels: Sequence[str]) -> Self:
        """The teacher of a network that tells these apart."""
        return self

    def for_network(self, network: Any) -> Self:
        """The teacher of one Keras network, where its raw output alone does not say what it answers."""
        return self

    def acquaint(self, batches: Iterator[NDArray[Any]]) -> None:
        """Show the network, before it learns, some of what it will be given (n, h, w, c): nothing comes of it."""
        return

    def write_beside(self, folder: Path) -> None:
        """Write what answering needs beside the network's file, of the network that the teacher is for: nothing."""
        return

    @abstractmethod
    def head(self, features: Any, labels: Sequence[str], kind: str = "auto") -> Any:
        """The network's raw output (a Keras tensor) on top of its features, or of its feature maps.

        Args:
            features: (n, d), or feature maps by their strides.
            labels: what it is to tell apart.
            kind: one of `heads`; "auto" for the usual one.
        """

    @abstractmethod
    def encode(self, truth: NDArray[Any], placements: Sequence[Placement], labels: int) -> NDArray[Any]:
        """What the raw output should be for each of n pictures, one row each.

        Args:
            truth: (n,) as in `Dataset.truth`.
            placements: where each picture sits in the network's input.
            labels: how many there are.
        """

    @abstractmethod
    def loss(self, settings: Mapping[str, Any], size: Size) -> Any:
        """The loss between `encode`'s rows and the raw output: a Keras loss.

        Args:
            settings: what `opsin train` was asked: `loss`, `label_smoothing`.
            size: (height, width) of the network's input.
        """

    @abstractmethod
    def finish(self, card: Card, answered: Answered) -> Card:
        """The card with what can be learned from the answers about validation pictures: calibration, figures."""

    def mover(self, preset: str, size: Size, flips: str) -> Mover | None:
        """How pictures are changed before the network sees them, where the truth must follow; None where it need not.

        Args:
            preset: the name of an augmentation.
            size: (height, width) of the network's input.
            flips: "no", "yes" or "all".
        """
        return None

    def practice(self, loss: str, rows: NDArray[Any] | None) -> Practice | None:
        """How the network learns from what it says itself, with that loss; None where it learns from the rows alone.

        Args:
            loss: as `opsin train` was asked.
            rows: (n, …) of all pictures to learn from; None where they have no room in memory.
        """
        return None

    def figures(self, answered: Answered) -> Mapping[str, float]:
        """How good the answers are, for the epoch's row; asked for when `judges_answers`."""
        raise NotImplementedError

    def parts(self, raw: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """The raw answers (n, …) in parts that are numbers of one kind, which can be compared in size."""
        return (raw,)

    @abstractmethod
    def variety(self, raw: NDArray[Any]) -> int:
        """How many different things the raw answers (n, …) say; below 2 they prove nothing about an exported file."""

    @abstractmethod
    def agreement(self, raw: NDArray[Any], others: NDArray[Any]) -> float:
        """The share of what two networks say, both (n, …) raw, in which they agree, 0..1."""

    @abstractmethod
    def quality(self, raw: NDArray[Any], rows: NDArray[Any]) -> float:
        """How good raw answers (n, …) are, given the rows, in 0..1: its `figure`."""


TEACHERS: Registry[Teacher] = Registry("task that can be taught", "opsin.models")
"""How each task is taught, by its name."""
