"""Words as numbers, as a network that writes captions knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

PAD, END, START, UNKNOWN = 0, 1, 2, 3
"""The numbers of what is no word."""

FIRST = 4
"""The number of the first word."""


def vocabulary(captions: Iterable[Sequence[str]], least: int) -> tuple[str, ...]:
    """The words that occur so often at least, the most frequent first; the alphabet decides where they are as many.

    >>> vocabulary([("a", "dog"), ("a", "cat"), ("a", "dog")], 2)
    ('a', 'dog')
    """
    counts = Counter(word for caption in captions for word in caption)
    kept = [word for word, count in counts.items() if count >= least]
    return tuple(sorted(kept, key=lambda word: (-counts[word], word)))


def numbered(captions: Sequence[Sequence[str]], words: Sequence[str], longest: int) -> NDArray[np.int32]:
    """(n, longest + 1) the numbers of captions' words: `START`, words, `END`, then `PAD`.

    What is longer loses its last words; what is not among the words is `UNKNOWN`.

    >>> numbered([("a", "red", "dog")], ("a", "dog"), 5).tolist()
    [[2, 4, 3, 5, 1, 0]]
    """
    known = {word: FIRST + at for at, word in enumerate(words)}
    laid = np.full((len(captions), longest + 1), PAD, np.int32)
    for row, caption in zip(laid, captions, strict=True):
        numbers = [START, *(known.get(word, UNKNOWN) for word in caption[: longest - 1]), END]
        row[: len(numbers)] = numbers
    return laid
