"""How unlike one another captions are, how long, and how often they repeat themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opsin.core.errors import InputError
from opsin.metrics.captions._corpus import refuse_strings
from opsin.metrics.captions.tokens import Tokens

_RUN = 3
"""Words of a run that must not come twice; longer runs that do contain one of three that does."""


@dataclass(frozen=True)
class Variety:
    """What many captions, one for each picture, have in common.

    Attributes:
        distinct: the share of different captions, in 0..1: 1 where no two pictures are called the same.
        mean_words: how many words a caption has.
        spread_words: the standard deviation of that.
        repeating: the share of captions in which a run of three or more words comes twice, in 0..1.
        vocabulary: how many different words there are in all of them.
    """

    distinct: float
    mean_words: float
    spread_words: float
    repeating: float
    vocabulary: int


def variety(captions: Sequence[Tokens]) -> Variety:
    """What many captions, one for each picture, have in common.

    Raises:
        InputError: when there is none, or one is a string.

    >>> variety([("a", "dog"), ("a", "dog"), ("a", "big", "cat"), ("a", "bird", "here")])
    Variety(distinct=0.75, mean_words=2.5, spread_words=0.5, repeating=0.0, vocabulary=6)
    """
    if not len(captions):
        raise InputError("Variety is that of captions; got none.")
    refuse_strings(captions, "A caption")
    lengths = [len(each) for each in captions]
    return Variety(
        distinct=len({tuple(each) for each in captions}) / len(captions),
        mean_words=float(np.mean(lengths)),
        spread_words=float(np.std(lengths)),
        repeating=float(np.mean([repeats_itself(each) for each in captions])),
        vocabulary=len({word for each in captions for word in each}),
    )


def repeats_itself(words: Tokens) -> bool:
    """Whether a run of three or more words comes twice.

    >>> repeats_itself(("in", "the", "water", "in", "the", "water")), repeats_itself(("a", "dog", "and", "a", "dog"))
    (True, False)
    """
    runs = [tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)]
    return len(set(runs)) < len(runs)
