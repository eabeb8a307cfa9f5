"""Instances: each thing of a picture with a mask of its own, also where several of one kind touch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes
from opsin.core.errors import InputError
from opsin.core.image import Size
from opsin.core.masks import Cropped, cropped, cropped_from_runs, runs_from_cropped, whole
from opsin.core.record import Record, names, numbers
from opsin.core.runs import Runs


@dataclass(frozen=True, eq=False, kw_only=True)
class Instances(Record):
    """Things found in one image, each with its mask, most certain first.

    Attributes:
        labels: n names.
        scores: (n,) certainties in 0..1.
        boxes: (n, 4) xyxy in pixels of the original image, as they were found; a mask may reach a little further.
        masks: n masks of the image's size, each cut to the box around it.

    Raises:
        InputError: when there are not as many masks as labels.
    """

    labels: tuple[str, ...] = names("n")
    scores: NDArray[np.float32] = numbers("n", decimals=6, low=0.0, high=1.0)
    boxes: Boxes = numbers("n", 4, decimals=2)
    masks: tuple[Cropped, ...]

    best_first = "scores"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.masks) != len(self.labels):
            raise InputError(f"Each instance has a mask; got {len(self.masks)} masks and {len(self.labels)} labels.")

    def resized(self, old: Size, new: Size) -> Self:
        """The same in the image at another size (height, width)."""
        by = np.array([new[1] / old[1], new[0] / old[0]] * 2, np.float32)
        return dataclasses.replace(self, boxes=self.boxes * by, masks=tuple(_resized(mask, new) for mask in self.masks))

    def listed(self) -> list[dict[str, Any]]:
        """A plain value for each instance, for JSON: the mask as COCO's uncompressed run lengths."""
        plain = zip(self.labels, self.scores, self.boxes, self.masks, strict=True)
        return [
            {
                "label": label,
                "score": round(float(score), 6),
                "box": box.astype(np.float64).round(2).tolist(),
                "size": list(mask.size),
                "counts": runs_from_cropped(mask).counts.tolist(),
            }
            for label, score, box, mask in plain
        ]

    @classmethod
    def from_listed(cls, listed: Sequence[Mapping[str, Any]], size: Size) -> Self:
        """The instances that `listed` was made from, in an image of that (height, width).

        Raises:
            InputError: when a mask does not fill the size.
        """
        return cls(
            labels=tuple(each["label"] for each in listed),
            scores=np.array([each["score"] for each in listed], np.float32),
            boxes=np.array([each["box"] for each in listed], np.float32),
            masks=tuple(cropped_from_runs(Runs(size, each["counts"])) for each in listed),
        )

    def laid(self, size: Size) -> NDArray[np.int16]:
        """(height, width) the number of the most certain instance at each pixel; -1 where there is none."""
        numbers = np.full(size, -1, np.int16)
        for number in reversed(range(len(self.masks))):
            (x, y), inside = self.masks[number].corner, self.masks[number].inside
            numbers[y : y + inside.shape[0], x : x + inside.shape[1]][inside] = number
        return numbers


def _resized(mask: Cropped, size: Size) -> Cropped:
    """Each pixel of the other size is inside as the one that it lies in."""
    full = whole(mask)
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp) for new, old in zip(size, full.shape, strict=True)
    )
    return cropped(full[rows[:, None], columns])
