"""Everything that is worked out about a segmenter's answers: picture by picture as they come, and together."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.core.image import Size
from opsin.data.dataset import Dataset
from opsin.data.regions import IGNORED, LabelMap
from opsin.metrics.overlap import Counts, overlap, pixel_confusion
from opsin.metrics.overlap_cases import CaseFigures, case_figures
from opsin.reports._report import Answers
from opsin.tasks.segmentation import Segmentation
from opsin.weights.card import Card


@dataclass(frozen=True, eq=False)
class JudgedMap:
    """The answer about one picture, and what follows from it, for each of k labels.

    Attributes:
        size: (height, width).
        confusion: (k, k) pixels, a row for each true label.
        figures: of this picture alone.
        packed: the map that was answered, compressed: maps of many pictures take much memory.
    """

    size: Size
    confusion: Counts
    figures: CaseFigures
    packed: bytes

    def map(self) -> LabelMap:
        """(h, w) the numbers that were answered."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.size)

    @property
    def mean_iou(self) -> float:
        """Over the labels that truth or answer have in this picture."""
        return overlap(self.confusion).mean_iou


@dataclass(frozen=True, eq=False)
class JudgedMaps:
    """The answers about n pictures.

    Attributes:
        answers: as they came; their results are the n `JudgedMap`.
        confusion: (k, k) pixels of all pictures.
    """

    answers: Answers
    confusion: Counts

    @property
    def labels(self) -> tuple[str, ...]:
        """The k labels of the data."""
        return self.answers.data.labels

    @property
    def each(self) -> Sequence[JudgedMap]:
        """The n pictures."""
        return self.answers.results


def judged_map(data: Dataset, index: int, result: Segmentation) -> JudgedMap:
    """What one answer says, beside what is true.

    Raises:
        InputError: when the answer has another size than the truth.
    """
    truth, told = data.truth[index].map(), _numbered(result, data.labels)
    confusion = pixel_confusion(truth, told, len(data.labels), ignore=IGNORED)
    figures = case_figures(truth, told, len(data.labels), ignore=IGNORED)
    return JudgedMap(result.size, confusion, figures, zlib.compress(told.tobytes(), 1))


def judged_maps(answers: Answers) -> JudgedMaps:
    """All that can be said about a segmenter's answers.

    Raises:
        InputError: when they do not fit the data.
    """
    if len(answers.results) != len(answers.data):
        raise InputError(f"There must be an answer for each picture; got {len(answers.results)}.")
    count = len(answers.data.labels)
    return JudgedMaps(answers, sum((each.confusion for each in answers.results), np.zeros((count, count), np.int64)))


def check_maps(card: Card, data: Dataset) -> None:
    """Whether a segmenter can be judged by the data.

    Raises:
        InputError: when the data say nothing of pixels, or have other labels than the segmenter was taught.
    """
    if data.task != "segmentation":
        raise InputError(f"{data.name} does not say what its pixels show; {card.name} needs pictures with masks.")
    if set(data.labels) != set(card.labels):
        raise InputError(
            f"{data.name} has the labels {', '.join(data.labels[:20])}; {card.name} was taught "
            f"{', '.join(card.labels[:20])}. They must be the same: each pixel is judged."
        )


def _numbered(result: Segmentation, labels: Sequence[str]) -> NDArray[np.uint8]:
    """(h, w) the answer in the numbers of the data."""
    numbers = np.array([labels.index(label) for label in result.labels], np.uint8)
    told: NDArray[np.uint8] = numbers[result.map]
    return told
