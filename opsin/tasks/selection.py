"""Selection: which pixels belong to the thing that somebody points at?"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.clicks import Click, Clicks
from opsin.core.errors import InputError, OptionError
from opsin.core.image import Image, Size
from opsin.core.masks import Mask
from opsin.core.options import Corners, Options, Point, corners_option, points_option
from opsin.core.placement import Points
from opsin.core.record import numbers, value
from opsin.core.runs import Runs, boxes_around, mask_from_runs, runs_from_mask
from opsin.draw.clicks import draw_clicks
from opsin.draw.regions import colour_of_region, draw_regions
from opsin.media.files import HOLD_ALPHA, save_cutout
from opsin.tasks._task import TASKS, Figures, Result, Task, pairs

LEVEL = 0.49
"""How sure a pixel must be, at least, to be selected; as its authors cut the network's answer."""

NOBODY_POINTED = "Nothing was pointed at. Give a point on the thing (at, as in --at 120,80), or a box around it (box)."


@dataclass(frozen=True, kw_only=True)
class SelectionOptions(Options):
    """What is pointed at. Points are taken one after the other: first all inside, then all outside."""

    at: Sequence[Point] | Point = points_option(
        help="A point on the thing, in pixels from the left and the top. Again for more."
    )
    not_at: Sequence[Point] | Point = points_option(help="A point beside it, which is not meant. Again for more.")
    box: Corners | None = corners_option(help="A box around the thing, in pixels: left, top, right, bottom.")

    @property
    def clicks(self) -> tuple[Click, ...]:
        """Every point, in the order in which they are taken."""
        # At birth they became tuples of pairs; the wider types are what may be given.
        said: list[tuple[Any, bool]] = [(self.at, True), (self.not_at, False)]
        return tuple(Click(x, y, is_inside) for points, is_inside in said for x, y in points)

    def clicks_on(self, size: Size) -> Clicks:
        """The points and the box, on a picture of that (height, width).

        Raises:
            OptionError: when nothing was pointed at.
            InputError: when it does not lie in the picture.
        """
        if not len(self.at) and self.box is None:
            raise OptionError(NOBODY_POINTED)
        return Clicks(size, self.clicks, self.box)


@dataclass(frozen=True, eq=False, kw_only=True)
class Selection(Result):
    """Which pixels of an image belong to the thing that was pointed at.

    In JSON the mask is COCO's uncompressed run lengths.

    Attributes:
        score: how sure the model is of the selected pixels, on average: 0.5 to 1, or 0 where none is selected.
        at: (n, 2) the points on the thing, x, y in pixels.
        not_at: (m, 2) the points beside it.
        mask: (height, width) whether each pixel belongs to it.

    Raises:
        InputError: when the mask has another size than the image.
    """

    score: float = value(default=0.0)
    at: Points = numbers("n", 2, decimals=2, default=())
    not_at: Points = numbers("m", 2, decimals=2, default=())
    mask: Mask = numbers("height", "width", dtype=np.bool_)

    task = "selection"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mask.shape != self.size:
            raise InputError(f"Selection.mask must have the shape {self.size}; got {self.mask.shape}.")

    @property
    def area(self) -> int:
        """Selected pixels."""
        return int(np.count_nonzero(self.mask))

    @property
    def box(self) -> NDArray[np.float32]:
        """(4,) the box around the selected pixels, xyxy in pixels; all zeros where there are none."""
        around: NDArray[np.float32] = boxes_around([runs_from_mask(self.mask)])[0]
        return around

    @property
    def summary(self) -> str:
        """How much of the picture is selected, and how sure, as "12.3 % of the picture (0.97)"; empty for nothing."""
        return f"{100 * self.area / self.mask.size:.1f} % of the picture ({self.score:.2f})" if self.area else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the points, and of the mask its area, its box and its runs."""
        head = {"height": self.height, "width": self.width, "task": self.task, "model": self.model}
        runs = runs_from_mask(self.mask)
        return head | {
            "score": round(self.score, 6),
            "area": self.area,
            "box": boxes_around([runs])[0].tolist(),
            "at": self.at.astype(np.float64).round(2).tolist(),
            "not_at": self.not_at.astype(np.float64).round(2).tolist(),
            "mask": {"size": list(runs.size), "counts": runs.counts.tolist()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The answer that `to_dict` was made from, to the pixel. Unknown keys are passed over.

        Raises:
            InputError: when the mask's runs do not fit the picture.
        """
        runs = Runs((data["height"], data["width"]), data["mask"]["counts"])
        return super().from_dict({**data, "mask": mask_from_runs(runs)})

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The headings of `rows`."""
        return "score", "area", "x0", "y0", "x1", "y1"

    def rows(self) -> list[dict[str, Any]]:
        """One row: no table has room for the pixels."""
        sides = zip(("x0", "y0", "x1", "y1"), self.box.tolist(), strict=True)
        return [{"score": round(self.score, 6), "area": self.area, **dict(sides)}]

    def draw(self, image: Image) -> Image:
        """The mask in colour with a white outline; the clicks on it, green inside and red outside."""
        drawn = draw_regions(image, np.where(self.mask, 0, -1).astype(np.int16), [colour_of_region(2)])
        return draw_clicks(drawn, self.at, self.not_at)

    def save(self, path: str | Path, image: Image | None = None) -> None:
        """Write the answer as `.json`; or, with the image, what is selected on clear ground.

        In a format whose pixels cannot be clear, such as `.jpg`, it is drawn on the image.

        Raises:
            OptionError: for a picture's name without an image.
        """
        if image is not None and Path(path).suffix.lower() in HOLD_ALPHA:
            save_cutout(Path(path), image, self.mask.astype(np.float32))
        else:
            super().save(path, image)

    def resized(self, size: Size) -> Self:
        """Each pixel of the other size is selected as the one that it lies in; the points move with it."""
        rows, columns = (
            ((np.arange(new) + 0.5) * old / new).astype(np.intp) for new, old in zip(size, self.size, strict=True)
        )
        by = np.array([size[1] / self.width, size[0] / self.height], np.float32)
        return dataclasses.replace(
            self,
            height=size[0],
            width=size[1],
            at=self.at * by,
            not_at=self.not_at * by,
            mask=self.mask[rows[:, None], columns],
        )


def selection(clicks: Clicks, model: str) -> Selection:
    """What came of some clicks, as an answer.

    Args:
        clicks: looked at; before the first look nothing is selected.
        model: name of the model that answers.
    """
    levels = np.zeros(clicks.size, np.float32) if clicks.levels is None else clicks.levels
    mask = levels > LEVEL
    return Selection(
        height=clicks.size[0],
        width=clicks.size[1],
        model=model,
        score=sureness(levels, mask),
        at=clicks.inside,
        not_at=clicks.outside,
        mask=mask,
    )


def sureness(levels: ArrayLike, mask: Mask) -> float:
    """The mean level of the pixels of a mask, in 0..1; of none it is 0.

    >>> sureness([[0.5, 1.0, 0.1]], np.array([[True, True, False]]))
    0.75
    """
    inside = np.asarray(levels)[mask]
    return float(inside.mean(dtype=np.float64).clip(0, 1)) if inside.size else 0.0


def score(predicted: Sequence[Selection], truth: Sequence[Selection]) -> Figures:
    """Mean intersection over union of the masks; two empty ones agree.

    >>> half = Selection(height=1, width=2, mask=[[True, False]])
    >>> score([half], [Selection(height=1, width=2, mask=[[True, True]])])
    {'mean_iou': 0.5}
    """
    overlaps = [mask_iou(answer.mask, right.mask) for answer, right in pairs(predicted, truth)]
    return {"mean_iou": sum(overlaps) / max(len(overlaps), 1)}


def mask_iou(mask: Mask, other: Mask) -> float:
    """Intersection over union of two masks of one size; of two empty ones it is 1.

    >>> mask_iou(np.array([[True, False]]), np.array([[True, True]]))
    0.5
    """
    union = np.count_nonzero(mask | other)
    return float(np.count_nonzero(mask & other) / union) if union else 1.0


SELECTION = Task(
    name="selection",
    verb="select",
    summary="Select the thing that you point at, to the pixel.",
    options=SelectionOptions,
    result=Selection,
    default="hrnet18_ocr64.cocolvis",
    score=score,
    examples=(
        "photo.jpg --at 320,240 --save cut",
        "photo.jpg --at 320,240 --at 350,300 --not-at 500,240 --json",
        "photo.jpg --box 100,80,420,400 --save cut",
    ),
)
TASKS.add("selection", SELECTION)
