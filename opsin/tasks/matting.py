"""Matting: how much of each pixel is the subject, and not what lies behind it?"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from opsin.core.errors import InputError
from opsin.core.image import Image, Size
from opsin.core.options import Options, quality_option
from opsin.core.record import numbers
from opsin.draw.checkerboard import draw_on_checkerboard
from opsin.media.files import HOLD_ALPHA, save_cutout
from opsin.media.levels import Levels, bytes_from_levels, levels_from_text, resize_levels, text_from_levels
from opsin.metrics.mattes import matte_iou, mean_absolute_error
from opsin.tasks._task import TASKS, Figures, Result, Task, pairs

QUALITIES = {"fast": "selfie.people", "balanced": "u2netp.duts", "best": "people_matte"}
"""Which model gives which quality. "fast" and "best" know people; "balanced" takes whatever stands out."""


@dataclass(frozen=True, kw_only=True)
class MattingOptions(Options):
    """How to matte."""

    quality: str | None = quality_option(tuple(QUALITIES))


@dataclass(frozen=True, eq=False, kw_only=True)
class Matte(Result):
    """How much of each pixel of an image is its subject. Hair and moving hands lie between 0 and 1.

    In JSON, `alpha` is a grey PNG in base64, of 8 bits; beside it stands the `share`.

    Attributes:
        alpha: (height, width) in 0..1, at the image's own size; 1 is all subject.

    Raises:
        InputError: when `alpha` has another size than the image.
    """

    alpha: Levels = numbers("h", "w", low=0.0, high=1.0)

    task = "matting"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.alpha.shape != self.size:
            raise InputError(f"Matte.alpha must have the image's height and width {self.size}; got {self.alpha.shape}.")

    @property
    def share(self) -> float:
        """How much of the image is subject, in 0..1; in the steps of JSON, so that it is the same before and after."""
        return float(bytes_from_levels(self.alpha).mean() / 255)

    @property
    def summary(self) -> str:
        """How much is subject, as "31 % of the picture"; empty for less than half of one per cent."""
        return f"{self.share:.0%}".replace("%", " % of the picture") if self.share >= 0.005 else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the share, and alpha as a PNG in base64."""
        head = {
            "height": self.height,
            "width": self.width,
            "task": self.task,
            "model": self.model,
        }
        return head | {"share": round(self.share, 4), "alpha": text_from_levels(self.alpha)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The matte that `to_dict` was made from, in steps of 1/255. Unknown keys are passed over.

        Raises:
            InputError: when alpha is no PNG in base64 of the image's size.
        """
        return super().from_dict({**data, "alpha": levels_from_text(data["alpha"], "Matte.alpha")})

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """One: the share."""
        return ("share",)

    def rows(self) -> list[dict[str, Any]]:
        """One row with the share: no table has room for the pixels."""
        return [{"share": round(self.share, 4)}]

    def draw(self, image: Image) -> Image:
        """The subject on a checkerboard."""
        return draw_on_checkerboard(image, self.alpha)

    def save(self, path: str | Path, image: Image | None = None) -> None:
        """Write the answer as `.json`; or, with the image, its subject on clear ground.

        In a format whose pixels cannot be clear, such as `.jpg`, the subject lies on a checkerboard.

        Raises:
            OptionError: for a picture's name without an image.
        """
        if image is not None and Path(path).suffix.lower() in HOLD_ALPHA:
            save_cutout(Path(path), image, self.alpha)
        else:
            super().save(path, image)

    def resized(self, size: Size) -> Self:
        """The matte grows and shrinks with the image; its edges stay soft."""
        return dataclasses.replace(self, height=size[0], width=size[1], alpha=resize_levels(self.alpha, size))


def score(predicted: Sequence[Matte], truth: Sequence[Matte]) -> Figures:
    """Mean over the images of the overlap (IoU) of subjects, cut at 0.5, and of the mean absolute error of alpha.

    >>> half = Matte(height=1, width=2, alpha=[[1.0, 0.0]])
    >>> score([half], [Matte(height=1, width=2, alpha=[[1.0, 1.0]])])
    {'IoU': 0.5, 'mean_absolute_error': 0.5}
    """
    both = pairs(predicted, truth)
    measures = {"IoU": matte_iou, "mean_absolute_error": mean_absolute_error}
    return {
        name: sum(measure(one.alpha, right.alpha) for one, right in both) / max(len(both), 1)
        for name, measure in measures.items()
    }


MATTING = Task(
    name="matting",
    verb="matte",
    summary="Cut the subject out of its background, with soft edges.",
    options=MattingOptions,
    result=Matte,
    default=QUALITIES["balanced"],
    qualities=QUALITIES,
    score=score,
    examples=(
        "portrait.jpg --save drawn",
        "photos/ --quality best --save drawn",
        "photos/ --csv",
        "portrait.jpg --model modnet.portraits --json",
    ),
)
TASKS.add("matting", MATTING)
