"""Whether a file that was exported gives the same answers as the network that it was made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import ImageError, InputError
from opsin.data.dataset import Dataset
from opsin.media.fitting import fitted
from opsin.models import DEFAULT_FIT, IMAGE, RAW
from opsin.runtime.litert import LiteRtNetwork
from opsin.runtime.network import Graph, Network, Place
from opsin.runtime.onnx import OnnxNetwork
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.runtime.saved_model import SavedModelNetwork
from opsin.weights.card import Card

MAX_RELATIVE = 1e-3
"""By how much a logit may differ, as a share of the largest logit of the same picture."""
MIN_AGREEMENT = 0.999
"""Share of pictures that must get the same answer."""
MAX_DROP = 0.005
"""By how much the accuracy may fall where numbers are rounded to 8 bits."""

_BATCH_BYTES = 2_000_000


def _openvino(path: Path) -> Network:
    return OpenVinoNetwork(path, Graph(IMAGE, {RAW: RAW}, layout="NHWC"), Place())


ENGINES: Mapping[str, Mapping[str, Callable[[Path], Network]]] = {
    "network.onnx": {"onnxruntime": OnnxNetwork, "openvino": _openvino},
    "network.tflite": {"litert": LiteRtNetwork, "openvino": _openvino},
    "network.xml": {"openvino": _openvino},
    "saved_model": {"tensorflow": SavedModelNetwork, "openvino": _openvino},
}
"""What each file is run with, by its name: the engine that it is meant for, and the one that Opsin answers with."""


@dataclass(frozen=True)
class Parity:
    """How a file's answers about some pictures compare with the network's.

    Attributes:
        pictures: how many there were.
        labels: how many different answers the network gave about them.
        difference: the largest difference between two logits.
        relative: the largest difference of a picture's logits, as a share of the largest of them (without its sign);
            of all pictures the worst.
        agreement: share of pictures with the same answer.
        accuracy_before: of the network.
        accuracy_after: of the file.
    """

    pictures: int
    labels: int
    difference: float
    relative: float
    agreement: float
    accuracy_before: float
    accuracy_after: float

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return dataclasses.asdict(self)

    def faults(self, *, is_exact: bool) -> list[str]:
        """What is outside the tolerance, in words; nothing when all is well.

        Args:
            is_exact: whether the logits must be the same; else only the accuracy counts.
        """
        if self.labels < 2:
            return [f"all {self.pictures} pictures got the same answer, which proves nothing: give others with --data"]
        if not is_exact:
            drop = self.accuracy_before - self.accuracy_after
            said = f"the accuracy falls by {drop:.2%}, from {self.accuracy_before:.2%} ({MAX_DROP:.1%} is allowed)"
            return [said] if drop > MAX_DROP else []
        faults = []
        # Written so that NaN is a fault too.
        if not self.relative <= MAX_RELATIVE:
            faults.append(f"logits differ by {self.relative:.1e} of the largest ({MAX_RELATIVE:.0e} is allowed)")
        if not self.agreement >= MIN_AGREEMENT:
            faults.append(f"only {self.agreement:.2%} of the answers are the same ({MIN_AGREEMENT:.1%} is wanted)")
        return faults


def compare(before: ArrayLike, after: ArrayLike, truth: ArrayLike) -> Parity:
    """Logits (n, labels) of the network and of the file, and the right answers (n,).

    Raises:
        InputError: when they are not of one shape.

    >>> compare([[1.0, 2.0], [4.0, 0.0]], [[1.0, 2.0], [4.0, 0.004]], [1, 1]).relative
    0.001
    """
    first, second = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if first.shape != second.shape:
        raise InputError(f"The file answers with {second.shape} numbers, the network with {first.shape}.")
    apart = np.abs(first - second).max(axis=1)  # (n,)
    largest = np.maximum(np.abs(first).max(axis=1), np.finfo(np.float32).tiny)
    answers, others = first.argmax(axis=1), second.argmax(axis=1)
    return Parity(
        pictures=len(first),
        labels=len(np.unique(answers)),
        difference=float(apart.max()),
        relative=float((apart / largest).max()),
        agreement=float((answers == others).mean()),
        accuracy_before=float((answers == truth).mean()),
        accuracy_after=float((others == truth).mean()),
    )


@dataclass(frozen=True, eq=False)
class Trial:
    """Real pictures as the network takes them, and what is true of them.

    Attributes:
        pixels: (n, h, w, c) uint8.
        truth: (n,) class numbers.
    """

    pixels: NDArray[np.uint8]
    truth: NDArray[Any]

    def logits(self, network: Network, tell: Callable[[int], None] = lambda done: None) -> NDArray[Any]:
        """(n, labels): what a network says about them; `tell` is told how many are done."""
        size, found = min(max(1, _BATCH_BYTES // self.pixels[0].size), 64), []
        for start in range(0, len(self.pixels), size):
            found.append(network({IMAGE: self.pixels[start : start + size]})[RAW])
            tell(min(start + size, len(self.pixels)))
        return np.concatenate(found)


def trial(data: Dataset, card: Card, limit: int) -> Trial:
    """Pictures to compare answers by: of the validation part, and of the training part where that has too few.

    Raises:
        InputError: when the labels are not the card's, or no picture can be read.
    """
    if data.labels != card.labels:
        raise InputError(f"{data.name} has other labels than {card.name} was taught. Give the data that it was taught.")
    order = np.concatenate([_shuffled(data, part) for part in ("validation", "train")])
    read = [(pixels, data.truth[index]) for index, pixels in _pixels(data, card, order[:limit])]
    if not read:
        raise InputError(f"None of the pictures of {data.name} can be read.")
    return Trial(np.stack([pixels for pixels, _ in read]), np.array([truth for _, truth in read]))


def samples(data: Dataset, card: Card, limit: int) -> Iterator[NDArray[np.float32]]:
    """Pictures (1, h, w, c) of the training part, as the network takes them."""
    order = _shuffled(data, "train")[:limit]
    return (np.asarray(pixels[None], np.float32) for _, pixels in _pixels(data, card, order))


def _shuffled(data: Dataset, part: str) -> NDArray[np.intp]:
    """Its pictures of a part, in an order of their own: data often come sorted by label."""
    return np.random.default_rng(0).permutation(np.flatnonzero(data.parts == part))


def _pixels(data: Dataset, card: Card, indices: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[Any]]]:
    """The pictures that can be read, as the card says."""
    size = card.input_size or (1, 1)
    for index in map(int, indices):
        try:
            image = data.pictures[index]
        except ImageError:
            continue  # training has told of it already
        yield index, fitted(image, size, card.channels, card.fit or DEFAULT_FIT)[0]
