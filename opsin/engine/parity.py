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
from opsin.core.placement import Placement, stretched
from opsin.data.dataset import Dataset
from opsin.engine.features import seen
from opsin.models import IMAGE, TAUGHT, TEACHERS, Sight, Teacher, fitted_as
from opsin.runtime.litert import LiteRtNetwork
from opsin.runtime.network import Graph, Network, Place
from opsin.runtime.onnx import OnnxNetwork
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.runtime.saved_model import SavedModelNetwork
from opsin.weights.card import Card

MAX_RELATIVE = 1e-3
"""By how much a number may differ, as a share of the largest of its kind about the same picture."""
MIN_AGREEMENT = 0.999
"""Share of the answers that must be the same."""
MAX_DROP = 0.005
"""By how much the quality may fall where numbers are rounded to 8 bits."""

_BATCH_BYTES = 2_000_000
_RAW_BYTES = 300_000_000
"""What the raw answers of a network about all pictures may take: those of a detector are large."""


def _openvino(path: Path, raw: str) -> Network:
    return OpenVinoNetwork(path, Graph(IMAGE, {raw: raw}, layout="NHWC", is_float=True), Place())


Opened = Callable[[Path, str], Network]
"""A network in a file, whose output has that name."""

ENGINES: Mapping[str, Mapping[str, Opened]] = {
    "network.onnx": {"onnxruntime": lambda path, _: OnnxNetwork(path), "openvino": _openvino},
    "network.tflite": {"litert": lambda path, _: LiteRtNetwork(path), "openvino": _openvino},
    "network.xml": {"openvino": _openvino},
    "saved_model": {"tensorflow": lambda path, _: SavedModelNetwork(path), "openvino": _openvino},
}
"""What each file is run with, by its name: the engine that it is meant for, and the one that Opsin answers with."""


@dataclass(frozen=True)
class Parity:
    """How a file's answers about some pictures compare with the network's.

    Attributes:
        pictures: how many there were.
        variety: how many different things the network said about them: labels, or boxes.
        difference: the largest difference between two raw numbers.
        relative: the largest difference of a picture's raw numbers of one kind, as a share of the largest of them
            (without its sign); of all pictures the worst.
        agreement: share of the answers that are the same.
        figure: what people judge the task by: "accuracy", or "AP".
        quality_before: that of the network, in 0..1.
        quality_after: of the file.
    """

    pictures: int
    variety: int
    difference: float
    relative: float
    agreement: float
    figure: str
    quality_before: float
    quality_after: float

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return dataclasses.asdict(self)

    def faults(self, *, is_exact: bool) -> list[str]:
        """What is outside the tolerance, in words; nothing when all is well.

        Args:
            is_exact: whether the raw numbers must be the same; else only the quality counts.
        """
        if self.variety < 2:
            return [f"all {self.pictures} pictures got the same answer, which proves nothing: give others with --data"]
        if not is_exact:
            drop = self.quality_before - self.quality_after
            said = f"the {self.figure} falls by {drop:.2%}, from {self.quality_before:.2%} ({MAX_DROP:.1%} is allowed)"
            return [said] if drop > MAX_DROP else []
        faults = []
        # Written so that NaN is a fault too.
        if not self.relative <= MAX_RELATIVE:
            faults.append(f"raw answers differ by {self.relative:.1e} of the largest ({MAX_RELATIVE:.0e} is allowed)")
        if not self.agreement >= MIN_AGREEMENT:
            faults.append(f"only {self.agreement:.2%} of the answers are the same ({MIN_AGREEMENT:.1%} is wanted)")
        return faults


def compare(before: ArrayLike, after: ArrayLike, rows: ArrayLike, teacher: Teacher) -> Parity:
    """Raw answers (n, …) of the network and of the file, and what they should be, as the task's teacher encodes it.

    Raises:
        InputError: when they are not of one shape.

    >>> rows = [[0.0, 1.0], [0.0, 1.0]]
    >>> compare([[1.0, 2.0], [4.0, 0.0]], [[1.0, 2.0], [4.0, 0.004]], rows, TEACHERS.get("classification")).relative
    0.001
    """
    first, second, truth = np.asarray(before, np.float64), np.asarray(after, np.float64), np.asarray(rows)
    if first.shape != second.shape:
        raise InputError(f"The file answers with {second.shape} numbers, the network with {first.shape}.")
    apart = [_apart(*each) for each in zip(teacher.parts(first), teacher.parts(second), strict=True)]
    return Parity(
        pictures=len(first),
        variety=teacher.variety(first),
        difference=max(difference for difference, _ in apart),
        # Not max(), which passes over what is no number.
        relative=float(np.max([relative for _, relative in apart])),
        agreement=teacher.agreement(first, second),
        figure=teacher.figure,
        quality_before=teacher.quality(first, truth),
        quality_after=teacher.quality(second, truth),
    )


def _apart(first: NDArray[Any], second: NDArray[Any]) -> tuple[float, float]:
    """The largest difference, and the largest share of the largest number about the same picture."""
    axes = tuple(range(1, first.ndim))
    apart = np.abs(first - second).max(axis=axes)  # (n,)
    largest = np.maximum(np.abs(first).max(axis=axes), np.finfo(np.float32).tiny)
    return float(apart.max()), float((apart / largest).max())


@dataclass(frozen=True, eq=False)
class Trial:
    """Real pictures as the network takes them, and what is true of them.

    Attributes:
        pixels: (n, h, w, c) uint8 or float32.
        rows: (n, …) what the network should say of each.
        teacher: of the task.
    """

    pixels: NDArray[Any]
    rows: NDArray[Any]
    teacher: Teacher

    @property
    def raw(self) -> str:
        """What the output of its networks is called."""
        return TAUGHT.get(self.teacher.task).raw

    def answers(self, network: Network, tell: Callable[[int], None] = lambda done: None) -> NDArray[Any]:
        """(n, …): what a network says about them, raw; `tell` is told how many are done."""
        size, found = min(max(1, _BATCH_BYTES // self.pixels[0].size), 64), []
        for start in range(0, len(self.pixels), size):
            found.append(network({IMAGE: self.pixels[start : start + size].astype(np.float32)})[self.raw])
            if (start + size) * found[0][0].nbytes > _RAW_BYTES:
                break
            tell(min(start + size, len(self.pixels)))
        return np.concatenate(found)


def trial(data: Dataset, card: Card, limit: int, network: Any = None) -> Trial:
    """Pictures to compare answers by: of the validation part, and of the training part where that has too few.

    Args:
        data: the pictures.
        card: of the network.
        limit: how many, at most.
        network: in Keras, whose answers are compared.

    Raises:
        InputError: when the labels are not the card's, or no picture can be read.
    """
    if data.labels != card.labels:
        raise InputError(f"{data.name} has other labels than {card.name} was taught. Give the data that it was taught.")
    order = np.concatenate([_shuffled(data, part) for part in ("validation", "train")])
    teacher = TEACHERS.get(card.task).for_labels(card.labels).for_network(network)
    read = list(_fitted(data, card, order[:limit], teacher.sight()))
    if not read:
        raise InputError(f"None of the pictures of {data.name} can be read.")
    indices, pixels, placements = zip(*read, strict=True)
    rows = teacher.encode(data.truth[np.array(indices)], placements, len(card.labels))
    return Trial(np.stack(pixels), rows, teacher)


def samples(data: Dataset, card: Card, limit: int) -> Iterator[NDArray[np.float32]]:
    """Pictures (1, h, w, c) of the training part, as the network takes them."""
    order, sight = _shuffled(data, "train")[:limit], TEACHERS.get(card.task).sight()
    return (np.asarray(pixels[None], np.float32) for _, pixels, _ in _fitted(data, card, order, sight))


def _shuffled(data: Dataset, part: str) -> NDArray[np.intp]:
    """Its pictures of a part, in an order of their own: data often come sorted by label."""
    return np.random.default_rng(0).permutation(np.flatnonzero(data.parts == part))


def _fitted(
    data: Dataset, card: Card, indices: NDArray[np.intp], sight: Sight | None
) -> Iterator[tuple[int, NDArray[Any], Placement]]:
    """The pictures that can be read, as the card says: their numbers, their pixels, and where they sit in them.

    Where something looks at pictures before the network, it is what that sees.
    """
    for index in map(int, indices):
        try:
            image = data.pictures.planes(index) if card.white else data.pictures[index]
            if sight is not None:
                yield index, seen(sight, data.pictures, index), stretched(sight.shape[:2], sight.shape[:2])
                continue
        except ImageError:
            continue  # training has told of it already
        yield index, *fitted_as(card, image)
