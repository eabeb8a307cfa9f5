"""CIDEr-D: how much a caption says of what people agree on, rare words counting more than common ones.

Vedantam, Zitnick and Parikh, CIDEr: Consensus-based Image Description Evaluation, CVPR 2015,
https://arxiv.org/abs/1411.5726. The variant D clips repeated words and marks down captions of another length; it is
what COCO's evaluation calls CIDEr.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.metrics.captions._corpus import (
    LONGEST,
    Candidates,
    References,
    ngrams,
    refuse_no_references,
    refuse_strings,
    refuse_unlike,
)
from opsin.metrics.captions.tokens import Tokens

_SIGMA = 6.0
"""Words by which a caption may differ in length before that costs it much."""

_SCALE = 10.0

_Shared = tuple[int, int, float]
"""The number of a reference, how often a run of words stands in it, and what saying it once brings."""


def cider_d(candidates: Candidates, references: References) -> float:
    """The mean CIDEr-D of the pictures, in 0..10, with rarity from these references; people reach about 0.9.

    Raises:
        InputError: when the two are not of the same pictures, a picture has no reference, or a caption is a string.

    >>> dog, cat = ("a", "dog", "runs", "fast"), ("the", "cat", "sleeps", "here")
    >>> round(cider_d([dog, cat], [[dog], [cat]]), 6), cider_d([dog, cat], [[cat], [dog]])
    (10.0, 0.0)
    """
    return float(cider_d_each(candidates, references).mean())


def cider_d_each(candidates: Candidates, references: References) -> NDArray[np.float64]:
    """(n,) CIDEr-D of each picture, in 0..10.

    Raises:
        InputError: as `cider_d`.
    """
    refuse_unlike(candidates, references)
    cider = Cider.fit(references)
    found = [cider.scores([candidate], known) for candidate, known in zip(candidates, references, strict=True)]
    return np.concatenate(found)


@dataclass(frozen=True)
class Cider:
    """CIDEr-D by the rarity of runs of words in some corpus, once and for all.

    Attributes:
        rarity: the logarithm of pictures for each picture of whose references a run of 1 to 4 words is part.
        unseen: the same for a run that is in no reference, as if it were in one.
    """

    rarity: Mapping[Tokens, float] = field(repr=False)
    unseen: float

    @classmethod
    def fit(cls, references: References) -> Cider:
        """The rarity in these references, those of a training part for example.

        Raises:
            InputError: when there is no picture, a picture has no reference, or a caption is a string.
        """
        if not len(references):
            raise InputError("Rarity is counted over the references of pictures; got none.")
        pictures = Counter[Tokens]()
        for index, known in enumerate(references):
            refuse_no_references(known, f"picture {index}")
            pictures.update({run for each in known for run in ngrams(each)})
        unseen = math.log(len(references))
        return cls({run: unseen - math.log(times) for run, times in pictures.items()}, unseen)

    def consensus(self, references: Sequence[Tokens]) -> Consensus:
        """The references of one picture, ready to judge captions by: keep it where a picture comes again.

        Raises:
            InputError: when there is none, or one is a string.
        """
        refuse_no_references(references)
        shared: dict[Tokens, list[_Shared]] = {}
        for number, each in enumerate(references):
            counted = ngrams(each)
            norms = self._norms(counted)
            for run, times in counted.items():
                weight = self.weight(run)
                gain = times * weight * weight / norms[len(run) - 1] if weight else 0.0
                shared.setdefault(run, []).append((number, times, gain))
        return Consensus(self, tuple(_pairs(each) for each in references), shared)

    def scores(self, candidates: Sequence[Tokens], references: Sequence[Tokens]) -> NDArray[np.float64]:
        """(n,) CIDEr-D of n captions for one picture, in 0..10.

        Raises:
            InputError: when there is no reference, or a caption is a string.
        """
        return self.consensus(references).scores(candidates)

    def weight(self, run: Tokens) -> float:
        """What a run of words counts."""
        return self.rarity.get(run, self.unseen)

    def _norms(self, counted: Mapping[Tokens, int]) -> list[float]:
        """The length of a caption's vector of runs of 1, 2, 3 and 4 words."""
        squares = [0.0] * LONGEST
        for run, times in counted.items():
            squares[len(run) - 1] += (times * self.weight(run)) ** 2
        return [math.sqrt(each) for each in squares]


@dataclass(frozen=True)
class Consensus:
    """What people wrote of one picture, by run of words; made by `Cider.consensus`."""

    cider: Cider = field(repr=False)
    pairs: tuple[int, ...]
    shared: Mapping[Tokens, Sequence[_Shared]] = field(repr=False)

    def scores(self, candidates: Sequence[Tokens]) -> NDArray[np.float64]:
        """(n,) CIDEr-D of n captions of this picture, in 0..10.

        Raises:
            InputError: when a caption is a string.
        """
        refuse_strings(candidates, "A candidate")
        return np.array([self._score(each) for each in candidates], np.float64)

    def _score(self, candidate: Tokens) -> float:
        counted = ngrams(candidate)
        norms = self.cider._norms(counted)
        near = [math.exp(-((_pairs(candidate) - pairs) ** 2) / (2 * _SIGMA**2)) for pairs in self.pairs]
        alike = [0.0] * LONGEST
        for run, times in counted.items():
            for number, known_times, gain in self.shared.get(run, ()):
                # Words said more often than in the reference bring nothing: this is the clipping of variant D.
                alike[len(run) - 1] += near[number] * min(times, known_times) * gain
        cosines = [each / norm for each, norm in zip(alike, norms, strict=True) if norm]
        return _SCALE * sum(cosines) / (LONGEST * len(self.pairs))


def _pairs(words: Tokens) -> int:
    """By which captions are compared in length: as in the reference program, their pairs of words."""
    return max(0, len(words) - 1)
