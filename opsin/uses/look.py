"""Look: all that can be told about a picture, at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from opsin.core.image import Image, Size
from opsin.core.options import Options, option
from opsin.models import Pipeline, register
from opsin.tasks import TASKS, Result, Task
from opsin.tasks.classification import ClassificationOptions
from opsin.tasks.detection import DetectionOptions
from opsin.weights.card import Card


@dataclass(frozen=True, kw_only=True)
class LookOptions(Options):
    """How to look."""

    limit: int = option(3, help="How many labels for the picture as a whole, at most.", low=1)
    min_label_score: float = option(
        0.1, help="Leave out labels of the whole less certain than this (0 to 1).", low=0.0, high=1.0
    )
    min_score: float = option(0.5, help="Leave out things less certain than this (0 to 1).", low=0.0, high=1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Look(Result):
    """All that was told about one image.

    Attributes:
        answers: one for each task that was asked.
    """

    answers: tuple[Result, ...]

    task = "look"

    @property
    def summary(self) -> str:
        """What each answer says in a line, together."""
        return "; ".join(answer.summary for answer in self.answers if answer.summary)

    def to_dict(self) -> dict[str, Any]:
        """As every result; the answers are a list."""
        return super().to_dict() | {"answers": [answer.to_dict() for answer in self.answers]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The reverse of `to_dict`."""
        answers = tuple(TASKS.get(answer["task"]).result.from_dict(answer) for answer in data["answers"])
        return cls(height=data["height"], width=data["width"], model=data.get("model", ""), answers=answers)

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The headings of `rows`: which task said it, and what the tasks say."""
        return ("asked", "label", "score", "x0", "y0", "x1", "y1")

    def rows(self) -> list[dict[str, Any]]:
        """The rows of every answer."""
        return [{"asked": answer.task} | row for answer in self.answers for row in answer.rows()]

    def draw(self, image: Image) -> Image:
        """Every answer on one image, the last one lowest."""
        for answer in reversed(self.answers):
            image = answer.draw(image)
        return image

    def resized(self, size: Size) -> Self:
        """Each of the answers, resized."""
        answers = tuple(answer.resized(size) for answer in self.answers)
        return dataclasses.replace(self, height=size[0], width=size[1], answers=answers)


@register
class Looking(Pipeline[Look]):
    """Asks a model of each task, and puts the answers side by side."""

    cards = (
        Card(
            name="look",
            task="look",
            summary="Classification and detection together.",
            parts={"classification": "pplcnetv2_base.imagenet", "detection": "picodet_small.coco"},
            licence="Apache-2.0",
        ),
        Card(
            name="look_tiny",
            task="look",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            parts={"classification": "pplcnetv2_tiny_classification.random", "detection": "picodet_tiny.random"},
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def run(self, images: Sequence[Image], options: Options) -> list[Look]:
        """The answers of all the parts for each image."""
        asked = self._options(options)
        columns = [part.run(images, asked[role]) for role, part in self.parts.items()]
        return [self._answer(image, answers) for image, *answers in zip(images, *columns, strict=True)]

    def _answer(self, image: Image, answers: Sequence[Result]) -> Look:
        return Look(height=image.shape[0], width=image.shape[1], model=self.card.name, answers=tuple(answers))

    @staticmethod
    def _options(options: Any) -> dict[str, Options]:
        return {
            "classification": ClassificationOptions(limit=options.limit, min_score=options.min_label_score),
            "detection": DetectionOptions(min_score=options.min_score),
        }


LOOK = Task(
    name="look",
    verb="look",
    summary="Tell all that can be told about a picture, and draw it on one.",
    options=LookOptions,
    result=Look,
    default="look",
    examples=("photo.jpg", "holiday/ --save drawn", "street.mp4 --every 2 --save drawn"),
)
TASKS.add("look", LOOK)
