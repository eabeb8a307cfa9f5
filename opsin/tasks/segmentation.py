"""Segmentation: which pixels belong to what?"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, UnknownNameError
from opsin.core.image import Image, Size
from opsin.core.options import Options, option, quality_option
from opsin.core.placement import Placement
from opsin.core.record import names, numbers
from opsin.core.runs import Runs, mask_from_runs, runs_from_mask
from opsin.draw.panel import draw_panel
from opsin.draw.regions import colour_of_region, draw_regions
from opsin.media.limits import DEFAULT_LIMITS
from opsin.tasks._instances import Instances
from opsin.tasks._label_map import LabelMap, label_map
from opsin.tasks._task import TASKS, Figures, Result, Task, pairs

BACKGROUND = "background"
"""The label of what is none of a model's other labels."""


QUALITIES = {"fast": "deeplab_v3.voc", "best": "instances.coco"}
"""Which model gives which quality. "fast" knows 20 labels; "best" 80, and tells things of one label apart."""


@dataclass(frozen=True, kw_only=True)
class SegmentationOptions(Options):
    """How to segment."""

    quality: str | None = quality_option(tuple(QUALITIES))
    min_share: float | None = option(
        None,
        help="Give the pixels of labels that cover less of the picture than this (0 to 1) to the next best label; "
        "the model's own choice when left out.",
        low=0.0,
        high=1.0,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Segmentation(Result):
    """What each pixel of one image belongs to.

    JSON has a mask for each label that occurs, as COCO's uncompressed run lengths.

    Attributes:
        labels: n names, those that do not occur included; "background" is what is none of the others.
        map: (height, width) for each pixel the number of its label, from 0 up; -1 where nothing is said.
        instances: each thing with a mask of its own; None from models that do not tell things of one kind apart.
    """

    labels: tuple[str, ...] = names("n")
    map: LabelMap = numbers("height", "width", dtype=np.int16, low=-1)
    instances: Instances | None = None

    task = "segmentation"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.map.shape != self.size:
            raise InputError(f"Segmentation.map must have the shape {self.size}; got {self.map.shape}.")
        if self.map.max(initial=-1) >= len(self.labels):
            raise InputError(f"Segmentation.map has the number {self.map.max()}; there are {len(self.labels)} labels.")

    @property
    def areas(self) -> dict[str, float]:
        """How much of the picture each label covers, in per cent: those that occur, the largest first."""
        counts = np.bincount(self.map.ravel() + 1, minlength=len(self.labels) + 1)[1:]  # (n,)
        order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
        return {self.labels[number]: 100 * int(counts[number]) / self.map.size for number in order}

    @property
    def summary(self) -> str:
        """How much of the picture the labels cover, as "34 % person, 12 % car"; the background is not mentioned."""
        return ", ".join(f"{_per_cent(area)} {label}" for label, area in self._things().items())

    def mask(self, label: str) -> NDArray[np.bool_]:
        """(height, width) where that label is.

        Raises:
            UnknownNameError: when it is none of `labels`.
        """
        if label not in self.labels:
            raise UnknownNameError("label", label, list(self.labels))
        mask: NDArray[np.bool_] = self.map == self.labels.index(label)
        return mask

    def draw(self, image: Image) -> Image:
        """The regions in their colours, and a panel that says which is what, and how much of the picture it covers."""
        things = self._things()
        colours = {label: colour_of_region(self.labels.index(label)) for label in things}
        numbers, labels = self._regions()
        drawn = draw_regions(image, numbers, [colours.get(label) for label in labels])
        shares = [(label, area / 100) for label, area in things.items()]
        return draw_panel(drawn, shares, colours=list(colours.values()), told=lambda share: _per_cent(100 * share))

    def resized(self, size: Size) -> Self:
        """Each pixel of the other size has the label of the one that it lies in."""
        rows, columns = (
            ((np.arange(new) + 0.5) * old / new).astype(np.intp) for new, old in zip(size, self.size, strict=True)
        )
        instances = None if self.instances is None else self.instances.resized(self.size, size)
        return dataclasses.replace(
            self, height=size[0], width=size[1], map=self.map[rows[:, None], columns], instances=instances
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; of the map, a mask for each label that occurs, the largest first; and instances."""
        masks = [
            {
                "label": label,
                "area": round(area, 2),
                "size": [self.height, self.width],
                "counts": runs_from_mask(self.mask(label)).counts.tolist(),
            }
            for label, area in self.areas.items()
        ]
        head = {"height": self.height, "width": self.width, "task": self.task, "model": self.model}
        things = {} if self.instances is None else {"instances": self.instances.listed()}
        return head | {"labels": list(self.labels), "masks": masks} | things

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The answer that `to_dict` was made from, to the pixel.

        Raises:
            InputError: when a mask does not fit the picture, its label is unknown, or two masks overlap.
        """
        size, labels = (data["height"], data["width"]), tuple(data["labels"])
        DEFAULT_LIMITS.check_pixels("The picture of a segmentation", size)
        laid = np.full(size, -1, np.int16)
        for mask in data["masks"]:
            _lay(laid, mask, labels)
        things = Instances.from_listed(data["instances"], size) if "instances" in data else None
        model = data.get("model", "")
        return cls(height=size[0], width=size[1], model=model, labels=labels, map=laid, instances=things)

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The headings of `rows`."""
        return "label", "area"

    def rows(self) -> list[dict[str, Any]]:
        """A row for each label that occurs, with the per cent of the picture that it covers."""
        return [{"label": label, "area": round(area, 2)} for label, area in self.areas.items()]

    def _regions(self) -> tuple[LabelMap, Sequence[str]]:
        """(h, w) numbers of regions, and the label of each: instances apart from each other, where there are any."""
        if self.instances is None:
            return self.map, self.labels
        numbers, labels = self.instances.laid(self.size), (*self.instances.labels, *self.labels)
        owners = np.array([self.labels.index(label) for label in labels], np.int16)
        # Where the map says otherwise than the most certain instance, it is the map that counts.
        apart = np.where((numbers >= 0) & (owners[numbers] == self.map), numbers, self.map + len(self.instances.labels))
        return np.where(self.map < 0, -1, apart).astype(np.int16), labels

    def _things(self) -> dict[str, float]:
        """The areas of all but the background."""
        return {label: area for label, area in self.areas.items() if label != BACKGROUND}


def _per_cent(area: float) -> str:
    """As "34 %", "3.4 %" or "0.3 %"."""
    return f"{area:.0f} %" if area >= 9.95 else f"{area:.1f} %"


def _lay(laid: LabelMap, mask: Mapping[str, Any], labels: Sequence[str]) -> None:
    """Put the number of a mask's label where the mask is, on a map that belongs to the caller."""
    if mask["label"] not in labels:
        raise UnknownNameError("label", mask["label"], list(labels))
    where = mask_from_runs(Runs((laid.shape[0], laid.shape[1]), mask["counts"]))
    if (laid[where] >= 0).any():
        raise InputError(f"The mask of {mask['label']!r} overlaps another; each pixel has one label.")
    laid[where] = labels.index(mask["label"])


def best_map(scores: NDArray[Any], placement: Placement, min_share: float) -> LabelMap:
    """(h, w) the best label of each pixel of the original picture, out of the coarse scores of a network.

    Args:
        scores: (k, h', w') of k labels, over the whole of the network's input.
        placement: where the picture sits in the input.
        min_share: labels that cover less of the picture than this are left out; the largest stays in any case.
    """
    best = label_map(scores, placement)
    counts = np.bincount(best.ravel(), minlength=len(scores))
    kept = np.flatnonzero((counts >= min_share * best.size) | (counts == counts.max()))
    # Only the labels that some pixel has can be too small; the others are no news.
    return best if counts[kept].sum() == best.size else label_map(scores, placement, kept.tolist())


def score(predicted: Sequence[Segmentation], truth: Sequence[Segmentation]) -> Figures:
    """Mean intersection over union of the labels that truly occur, over the pixels of all images; and the share of
    pixels that are right. Pixels of which the truth says nothing do not count.

    >>> half = Segmentation(height=1, width=2, labels=["sky", "sea"], map=[[0, 1]])
    >>> whole = Segmentation(height=1, width=2, labels=["sky", "sea"], map=[[0, 0]])
    >>> score([whole], [half])
    {'mean_iou': 0.25, 'accuracy': 0.5}
    """
    shared, true, told = Counter[str](), Counter[str](), Counter[str]()
    for answer, right in pairs(predicted, truth):
        _check_sizes(answer, right)
        for label in {*right.areas, *answer.areas}:
            is_true, is_told = _where(right, label), _where(answer, label) & (right.map >= 0)
            true[label] += int(is_true.sum())
            told[label] += int(is_told.sum())
            shared[label] += int((is_true & is_told).sum())
    overlaps = [shared[label] / (true[label] + told[label] - shared[label]) for label in true if true[label]]
    right_share = sum(shared.values()) / max(sum(true.values()), 1)
    return {"mean_iou": sum(overlaps) / max(len(overlaps), 1), "accuracy": right_share}


def _where(answer: Segmentation, label: str) -> NDArray[np.bool_]:
    return answer.mask(label) if label in answer.labels else np.zeros(answer.size, np.bool_)


def _check_sizes(answer: Segmentation, right: Segmentation) -> None:
    if answer.size != right.size:
        raise InputError(f"An answer must have the size of its truth, {right.size}; got {answer.size}. See `resized`.")


SEGMENTATION = Task(
    name="segmentation",
    verb="segment",
    summary="Say which pixels belong to what: people, animals, vehicles, furniture (20 labels), and background.",
    options=SegmentationOptions,
    result=Segmentation,
    default="deeplab_v3.voc",
    qualities=QUALITIES,
    score=score,
    examples=("street.jpg", "street.jpg --quality best --save drawn", "photo.jpg --json", "photos/ --csv"),
)
TASKS.add("segmentation", SEGMENTATION)
