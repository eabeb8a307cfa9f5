"""What a model is: something that answers one task for a batch of images. There are two kinds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from opsin.core.errors import UsageError
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement
from opsin.runtime.network import Arrays, Network, Place
from opsin.tasks import Result
from opsin.weights.card import Card
from opsin.weights.pull import files

R = TypeVar("R", bound=Result)


class Model(ABC, Generic[R]):
    """Answers one task. It keeps nothing between calls, and may be called from several threads.

    Attributes:
        cards: the models of the family.
        card: the one that this is.
    """

    cards: ClassVar[tuple[Card, ...]]

    def __init__(self, card: Card) -> None:
        self.card = card

    @classmethod
    @abstractmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Self:
        """The model of a card, ready to run; its weights are fetched when they are not in the cache.

        Args:
            card: one of `cards`.
            place: where its network runs.
            parts: the models that the card names as its parts, by role, already opened.
        """

    @property
    def reads_planes(self) -> bool:
        """Whether pictures are to be read as they are written, with 16 bits and any number of channels."""
        return False

    def reading_size(self, options: Options) -> Size | None:
        """(height, width) below which no image should be read to be asked so; larger ones gain nothing.

        None: every pixel counts.
        """
        return None

    @abstractmethod
    def run(self, images: Sequence[Image], options: Options) -> list[R]:
        """One answer for each image, in the same order. An image alone gets the answer that it gets among others."""

    def run_at(self, images: Sequence[Image], options: Options, sizes: Sequence[Size]) -> list[R]:
        """As `run`, each answer about its image at another size (height, width).

        Families that answer with maps can do better than to make a large one first.
        """
        found = zip(self.run(images, options), sizes, strict=True)
        return [result if result.size == size else result.resized(size) for result, size in found]


class SingleNetwork(Model[R]):
    """A model with one network and three seams: `prepare`, the network, `decode`. Each can be tested alone."""

    def __init__(self, card: Card, network: Network, labels: Sequence[str] = ()) -> None:
        super().__init__(card)
        self.network = network
        self.labels = tuple(labels) or card.labels

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Self:
        """The model of a card: of its files, or of `tiny_network` when it has none."""
        if card.is_tiny:
            return cls(card, cls.tiny_network(card))
        found = files(card)
        return cls(card, cls.open_network(found, place), cls.read_labels(found))

    @classmethod
    @abstractmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network in the card's files, by role."""

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """A stand-in without weights that gives raw outputs of the right shapes: the family's own tests run on it."""
        raise UsageError(f"{card.name} has no files and its family has no tiny network.")

    @classmethod
    def read_labels(cls, files: Mapping[str, Path]) -> tuple[str, ...]:
        """The labels in the card's files; none when the card itself lists them."""
        return ()

    @property
    def input_size(self) -> Size:
        """(height, width) of the network's input."""
        if self.card.input_size is None:
            raise UsageError(f"The card of {self.card.name} must state the input_size of its network.")
        return self.card.input_size

    @abstractmethod
    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """The network's inputs, and where each image sits in them."""

    @abstractmethod
    def decode(self, raw: Arrays, placements: Sequence[Placement], options: Any) -> list[R]:
        """The network's outputs as answers, one for each placement."""

    def run(self, images: Sequence[Image], options: Options) -> list[R]:
        """Prepare, network, decode."""
        batch, placements = self.prepare(images)
        return self.decode(self.network(batch), placements, options)


class Pipeline(Model[R]):
    """A model made of other models, taken from the registry by the names on its card.

    Attributes:
        parts: the models, by the role that each plays.
    """

    def __init__(self, card: Card, parts: Mapping[str, Model[Any]]) -> None:
        super().__init__(card)
        self.parts = dict(parts)

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Self:
        """The model of a card, made of its parts."""
        return cls(card, parts)

    def reading_size(self, options: Options) -> Size | None:
        """The largest that any of its parts asks for."""
        sizes = [part.reading_size(options) for part in self.parts.values()]
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes):
            return None
        return max(height for height, _ in known), max(width for _, width in known)
