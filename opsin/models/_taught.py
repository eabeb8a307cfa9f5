"""Models that were taught here: their card and network lie in a folder, a run or what was exported from it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import WeightsError
from opsin.core.image import Image, Planes, Size
from opsin.core.options import Options
from opsin.core.placement import Placement
from opsin.core.registry import Registry
from opsin.media.fitting import fitted, fitted_planes, with_channels
from opsin.models._model import SingleNetwork
from opsin.nn.saved import load_network
from opsin.runtime.keras import KerasNetwork
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks import Result
from opsin.weights.card import Card

R = TypeVar("R", bound=Result)

IMAGE = "image"
"""What the input of a taught network is called, in Keras and in every file exported from it."""

DEFAULT_FIT = "squeeze"


class TaughtModel(SingleNetwork[R]):
    """A model opened from a folder. It is in no list: whoever names the folder gets it.

    Attributes:
        raw: what the output of its network is called, in every file exported from it.
    """

    cards: ClassVar[tuple[Card, ...]] = ()
    raw: ClassVar[str] = "logits"

    @classmethod
    def open_folder(cls, card: Card, network: Path, place: Place) -> Self:
        """The model of a folder's card and the file of its network."""
        if card.input_size is None or not card.labels:
            raise WeightsError(f"The card of {card.name} must state the input_size and the labels of its network.")
        return cls(card, cls._opened(network, place, is_float=card.white is not None))

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network in any of the files that a folder may hold."""
        return cls._opened(files["network"], place)

    @classmethod
    def _opened(cls, path: Path, place: Place, *, is_float: bool = False) -> Network:
        if path.suffix == ".keras":
            return KerasNetwork(load_network(path), IMAGE, cls.raw)
        return OpenVinoNetwork(path, Graph(IMAGE, {cls.raw: cls.raw}, layout="NHWC", is_float=is_float), place)

    @classmethod
    @abstractmethod
    def reading(cls, card: Card) -> str:
        """How its raw output is to be read, in a sentence, for those who open an exported file."""

    @property
    def reads_planes(self) -> bool:
        """Whether it was taught pictures of 16 bits, or many channels."""
        return self.card.white is not None

    def reading_size(self, options: Options) -> Size | None:
        """The input's size; where a picture is cut to what it shows, every pixel may count."""
        return None if self._fit == "ink" else self.input_size

    @property
    def _fit(self) -> str:
        return self.card.fit or DEFAULT_FIT

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, h, w, c) uint8, or float32 of what is read as it is written: fitted as when the network was taught."""
        found = [fitted_as(self.card, image, index) for index, image in enumerate(images)]
        return {IMAGE: np.stack([pixels for pixels, _ in found])}, [placement for _, placement in found]


def fitted_as(card: Card, image: Planes, index: int = 0) -> tuple[NDArray[Any], Placement]:
    """The pixels of a taught network's input, as its card says, and where the picture sits in them.

    Raises:
        ImageError: when the picture has other channels than the network takes.
    """
    size, fit = card.input_size or (1, 1), card.fit or DEFAULT_FIT
    if card.white is None:
        return fitted(np.asarray(image, np.uint8), size, card.channels, fit, index)
    return fitted_planes(with_channels(image, card.channels, "A picture"), size, fit, card.white, index)


TAUGHT: Registry[type[TaughtModel[Any]]] = Registry("task whose models can be opened from a folder", "opsin.models")
"""The kind of model that a folder holds, by the task on its card."""
