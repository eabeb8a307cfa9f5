"""Captioning: what does this picture show, in a sentence?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.options import Options, option
from opsin.core.record import names, numbers, value
from opsin.draw.panel import draw_title
from opsin.metrics.captions.bleu import bleu
from opsin.metrics.captions.cider import cider_d
from opsin.metrics.captions.rouge import rouge_l
from opsin.metrics.captions.tokens import tokens
from opsin.tasks._sentences import NOT_CLEAR, alternative
from opsin.tasks._task import TASKS, Figures, Result, Task, pairs

AGREES = 0.5
"""The CIDEr-D from which a caption is said to agree with people's; they reach 0.8 beside one another."""


@dataclass(frozen=True, kw_only=True)
class CaptioningOptions(Options):
    """How to caption."""

    beams: int = option(3, help="How many sentences are kept in mind while it looks for the best.", low=1, high=20)
    limit: int = option(1, help="How many captions to give, at most; no more than there are beams.", low=1, high=20)
    min_score: float | None = option(
        None,
        help="A caption less certain than this (0 to 1) is not said; the model's own when left out.",
        low=0,
        high=1,
    )
    alt: bool = option(False, help="Keep to what alternative texts should be: one sentence, at most 125 characters.")


@dataclass(frozen=True, eq=False, kw_only=True)
class Caption(Result):
    """What a picture shows, said by a person or a model, most certain first.

    Attributes:
        text: what to say. The first caption where the model is sure; else what its other senses are sure of, as "A
            photo that may show a dog".
        sure: whether it is.
        captions: n sentences.
        scores: (n,) how likely people would say so too, in 0..1.
    """

    text: str = value(column="text")
    sure: bool = value(column="sure", default=True)
    captions: tuple[str, ...] = names("n", column="caption")
    scores: NDArray[np.float32] = numbers("n", column="score", decimals=6, low=0.0, high=1.0)

    task = "captioning"
    best_first = "scores"

    @property
    def score(self) -> float:
        """Of the first caption; 0 where there is none."""
        return float(self.scores[0]) if len(self.scores) else 0.0

    @property
    def summary(self) -> str:
        """What to say."""
        return self.text

    def draw(self, image: Image) -> Image:
        """The text on a plate in the upper left corner."""
        return draw_title(image, self.text)

    def resized(self, size: Size) -> Self:
        """The text does not depend on the size."""
        return dataclasses.replace(self, height=size[0], width=size[1])


def told(captions: Sequence[str], scores: NDArray[Any], least: float, options: CaptioningOptions) -> dict[str, Any]:
    """The fields of a `Caption`, by what was asked.

    Args:
        captions: what the model would say, best first.
        scores: (n,) how likely people would say so.
        least: the model's own `min_score`.
        options: what was asked.
    """
    kept = min(options.limit, len(captions))
    is_sure = kept > 0 and float(scores[0]) >= (least if options.min_score is None else options.min_score)
    text = captions[0] if is_sure else NOT_CLEAR
    return {
        "text": alternative(text) if options.alt else text,
        "sure": is_sure,
        "captions": tuple(captions[:kept]),
        "scores": np.asarray(scores[:kept], np.float32),
    }


def score(predicted: Sequence[Caption], truth: Sequence[Caption]) -> Figures:
    """BLEU-1 to 4 and ROUGE-L in 0..1, CIDEr-D in 0..10: the first caption of each beside all that people say.

    >>> dog = Caption(height=1, width=1, text="A dog runs", captions=["A dog runs"], scores=[1.0])
    >>> round(score([dog], [dog])["bleu_2"], 6)
    1.0
    """
    both = pairs(predicted, truth)
    said = [tokens(answer.captions[0] if answer.captions else "") for answer, _ in both]
    known = [[tokens(each) for each in right.captions] for _, right in both]
    figures = {f"bleu_{n}": float(value) for n, value in enumerate(bleu(said, known), start=1)}
    return {**figures, "rouge_l": rouge_l(said, known), "cider_d": cider_d(said, known)}


CAPTIONING = Task(
    name="captioning",
    verb="caption",
    summary="Say in a sentence what a picture shows, or, when not sure of it, what it may show.",
    options=CaptioningOptions,
    result=Caption,
    default="captioner.flickr8k",
    score=score,
    examples=("photo.jpg", "photo.jpg --alt", "photo.jpg --beams 5 --limit 3 --json", "holiday/ --csv > captions.csv"),
)
TASKS.add("captioning", CAPTIONING)
