"""Sentences out of a network that answers one word more: what they may be, and how its words become text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.models._beams import Grammar, Sentence, Step
from opsin.nn.words import END, FIRST, PAD, START, UNKNOWN
from opsin.runtime.network import Arrays
from opsin.tasks._sentences import WAITING

LONGEST = 22
"""Words of a sentence at most, its end included: 98 of 100 captions that people write are no longer."""


STEP = "step.xml"
"""The file, beside that of the network, of the part that answers one word more."""


def grammar(words: Sequence[str]) -> Grammar:
    """What a sentence may be that is made of these words; the first has the number `FIRST`."""
    waiting = frozenset(FIRST + at for at, word in enumerate(words) if word in WAITING)
    return Grammar(START, END, barred=frozenset({PAD, START, UNKNOWN}), open=waiting, longest=LONGEST)


def stepping(network: Callable[[Arrays], Arrays], seen: NDArray[np.float32], captions: int) -> Step:
    """The network as the search asks it.

    Args:
        network: "seen", the last "words" (n * captions, 1), which ones they are ("place", of the same shape) and what
            the words before told ("past", (n * captions, LONGEST, d)) -> "logits" (n * captions, words) and "told", the
            next past.
        seen: (n, places, d) what is seen in each picture.
        captions: how many sentences there are of each.
    """
    nothing = np.zeros((len(seen) * captions, LONGEST, seen.shape[2]), np.float32)

    def step(last: NDArray[Any], place: NDArray[Any], told: NDArray[Any] | None) -> tuple[NDArray[Any], NDArray[Any]]:
        words, places = (each[:, None].astype(np.int32) for each in (last, place))
        raw = network({"seen": seen, "words": words, "place": places, "past": nothing if told is None else told})
        return raw["logits"], raw["told"]

    return step


def text(sentence: Sentence, words: Sequence[str]) -> str:
    """The words of a sentence as people write them.

    >>> text(Sentence((4, 5, 6, 7), ()), ("a", "dog", "'s", "ball"))
    "A dog's ball"
    """
    line = " ".join(words[number - FIRST] for number in sentence.words)
    line = re.sub(r" (?='(?:s|m|d|ll|re|ve|em)\b|n't\b)", "", line)
    return line[:1].upper() + line[1:]
