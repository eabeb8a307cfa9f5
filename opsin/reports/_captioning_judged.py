"""Everything that is worked out about a captioner's answers, picture by picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.data.dataset import Dataset
from opsin.metrics.captions.cider import cider_d_each
from opsin.metrics.captions.tokens import Tokens, tokens
from opsin.reports._report import Answers
from opsin.tasks.captioning import AGREES, Caption
from opsin.weights.card import Card

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class JudgedCaptions:
    """The captions of n pictures, beside what people say.

    Attributes:
        answers: as they came.
        said: n captions as words; of each answer the first, whether the model is sure of it or not.
        known: of each picture what people say, as words.
        cider_d: (n,) in 0..10, by how rare words are in these pictures.
        scores: (n,) in 0..1.
    """

    answers: Answers
    said: list[Tokens] = field(repr=False)
    known: list[list[Tokens]] = field(repr=False)
    cider_d: Floats
    scores: Floats

    @property
    def each(self) -> Sequence[Caption]:
        """The n answers."""
        return self.answers.results

    @property
    def is_sure(self) -> NDArray[np.bool_]:
        """(n,) of which captions the model is sure."""
        return np.array([each.sure for each in self.each], bool)

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """(n,) with which captions people agree."""
        return np.asarray(self.cider_d >= AGREES)

    def as_answers(self) -> tuple[Floats, NDArray[np.intp]]:
        """(n, 2) scores and (n,) truth, as `opsin.metrics.calibration` takes them.

        The first column is the caption with its score; the other, of no score, is true where people do not agree.
        """
        return np.stack([self.scores, np.zeros_like(self.scores)], axis=1), np.where(self.agrees, 0, 1)

    def texts(self, index: int) -> tuple[str, ...]:
        """What people say of a picture."""
        found: tuple[str, ...] = self.answers.data.truth[index].texts
        return found

    def rows(self) -> list[dict[str, Any]]:
        """One for each picture, in the order of the data, for predictions.csv."""
        name = self.answers.data.pictures.name
        return [
            {
                "image": name(index),
                "caption": first(each),
                "score": f"{self.scores[index]:.6f}",
                "sure": "yes" if each.sure else "no",
                "cider_d": f"{self.cider_d[index]:.6f}",
                "people": self.texts(index)[0],
            }
            for index, each in enumerate(self.each)
        ]


def judged_captions(answers: Answers) -> JudgedCaptions:
    """All that can be said about a captioner's answers, picture by picture.

    Raises:
        InputError: when there is not an answer for each picture.
    """
    found: Sequence[Caption] = answers.results
    if len(found) != len(answers.data):
        raise InputError(f"There must be an answer for each picture; got {len(found)} for {len(answers.data)}.")
    said = [tokens(first(each)) for each in found]
    known = [[tokens(text) for text in each.texts] for each in answers.data.truth]
    scores = np.array([each.score for each in found], np.float64)
    return JudgedCaptions(answers, said, known, cider_d_each(said, known), scores)


def first(answer: Caption) -> str:
    """What the model would say, sure of it or not; nothing where it has no caption."""
    return answer.captions[0] if answer.captions else ""


def check_captions(card: Card, data: Dataset) -> None:
    """Whether a captioner can be judged by the data.

    Raises:
        InputError: when the data do not have captions.
    """
    if data.task != "captioning":
        raise InputError(
            f"{data.name} does not say in sentences what its pictures show; {card.name} needs pictures with captions."
        )
