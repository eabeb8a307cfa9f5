"""BLEU: how many of a caption's runs of words stand in what people wrote."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.captions._corpus import LONGEST, Candidates, References, ngrams, refuse_unlike
from opsin.metrics.captions.tokens import Tokens

Figures = NDArray[np.float64]

# As in the reference program: a caption of three words has no run of four, and 0 of 0 must be 0.
_TINY, _SMALL = 1e-15, 1e-9


def bleu(candidates: Candidates, references: References) -> Figures:
    """(4,) BLEU-1 to BLEU-4 of all pictures together, each in 0..1.

    Runs of words are counted over the whole corpus, then divided; the length that a caption is measured by is the
    nearest among its references, of two as near the shorter.

    Papineni, Roukos, Ward and Zhu, BLEU: a Method for Automatic Evaluation of Machine Translation, ACL 2002.

    Raises:
        InputError: when the two are not of the same pictures, a picture has no reference, or a caption is a string.

    >>> bleu([("a", "dog", "runs")], [[("the", "dog", "runs"), ("a", "dog")]]).round(2).tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    refuse_unlike(candidates, references)
    of_all: Figures = bleu_from_counts(bleu_counts(candidates, references).sum(axis=0, keepdims=True))[0]
    return of_all


def bleu_each(candidates: Candidates, references: References) -> Figures:
    """(n, 4) BLEU-1 to BLEU-4 of each picture alone. Their mean is not that of the corpus.

    Raises:
        InputError: as `bleu`.
    """
    refuse_unlike(candidates, references)
    return bleu_from_counts(bleu_counts(candidates, references))


def bleu_counts(candidates: Candidates, references: References) -> Figures:
    """(n, 2 + 8) words of the candidate, words it should have; right runs of 1 to 4 words; all such runs."""
    rows = [_row(tuple(candidate), known) for candidate, known in zip(candidates, references, strict=True)]
    return np.array(rows, np.float64)


def _row(candidate: Tokens, references: Sequence[Tokens]) -> list[int]:
    most = ngrams(())
    for each in references:
        most |= ngrams(each)
    right = [0] * LONGEST
    for run, times in (ngrams(candidate) & most).items():
        right[len(run) - 1] += times
    runs = [max(0, len(candidate) - shorter) for shorter in range(LONGEST)]
    nearest = min((abs(len(each) - len(candidate)), len(each)) for each in references)[1]
    return [len(candidate), nearest, *right, *runs]


def bleu_from_counts(counted: Figures) -> Figures:
    """(n, 4) from such counts, or sums of them: the geometric mean of shares, less where captions are too short."""
    words, nearest = counted[:, :1], counted[:, 1:2]
    shares = (counted[:, 2 : 2 + LONGEST] + _TINY) / (counted[:, 2 + LONGEST :] + _SMALL)  # (n, 4)
    means = np.cumprod(shares, axis=1) ** (1 / np.arange(1, LONGEST + 1))
    ratio = (words + _TINY) / (nearest + _SMALL)
    return np.asarray(means * np.exp(np.minimum(0, 1 - 1 / ratio)), np.float64)
