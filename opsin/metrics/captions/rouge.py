"""ROUGE-L: how long the longest run of words is that a caption shares with what people wrote, gaps allowed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.captions._corpus import Candidates, References, refuse_unlike
from opsin.metrics.captions.tokens import Tokens

_BETA = 1.2
"""How much more recall weighs than precision, as in COCO's evaluation."""


def rouge_l(candidates: Candidates, references: References) -> float:
    """The mean ROUGE-L of the pictures, in 0..1.

    Lin, ROUGE: A Package for Automatic Evaluation of Summaries, ACL workshop 2004. As in COCO's evaluation, precision
    and recall are each the best among the references, and recall weighs more (beta 1.2).

    Raises:
        InputError: when the two are not of the same pictures, a picture has no reference, or a caption is a string.

    >>> round(rouge_l([("a", "brown", "dog")], [[("a", "dog")]]), 3)
    0.83
    """
    return float(rouge_l_each(candidates, references).mean())


def rouge_l_each(candidates: Candidates, references: References) -> NDArray[np.float64]:
    """(n,) ROUGE-L of each picture, in 0..1.

    Raises:
        InputError: as `rouge_l`.
    """
    refuse_unlike(candidates, references)
    return np.array([_of_one(candidate, known) for candidate, known in zip(candidates, references, strict=True)])


def _of_one(candidate: Tokens, references: Sequence[Tokens]) -> float:
    shared = [_longest_shared(candidate, each) for each in references]
    precision = max(shared) / max(1, len(candidate))
    recall = max(length / max(1, len(each)) for length, each in zip(shared, references, strict=True))
    if not precision or not recall:
        return 0.0
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def _longest_shared(one: Tokens, other: Tokens) -> int:
    """Words of the longest common subsequence.

    >>> _longest_shared(("a", "brown", "dog"), ("a", "dog", "brown"))
    2
    """
    lengths = [0] * (len(other) + 1)  # of the words of `one` so far, with each beginning of `other`
    for word in one:
        before = 0
        for place, its in enumerate(other, start=1):
            before, lengths[place] = (
                lengths[place],
                before + 1 if word == its else max(lengths[place], lengths[place - 1]),
            )
    return lengths[-1]
