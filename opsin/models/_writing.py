"""Sentences out of a network that answers one word more: what they may be, and how its words become text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.models._beams import Grammar, Sentence, Step, Told
from opsin.nn.caption_parts import parts
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
        network: the last "words" (n * captions, 1), which ones they are ("place", of the same shape), and the `parts`
            of what is "seen" (n, heads, places, d) and of what the words before told, the "past" (n * captions, heads,
            LONGEST, d) -> "logits" (n * captions, words) and what these words tell, "told" (n * captions, 2 depth,
            heads, d).
        seen: (n, 2 depth, heads, places, d) what is seen in each picture.
        captions: how many sentences there are of each.
    """
    # Taken apart once, not at each word, and laid out as the network reads it.
    _, count, heads, _, width = seen.shape
    looked = dict(zip(parts("seen", count), np.ascontiguousarray(seen.swapaxes(0, 1)), strict=True))
    nothing = (np.zeros((len(seen) * captions, heads, LONGEST, width), np.float32),) * count

    def step(last: NDArray[Any], place: NDArray[Any], told: Told | None) -> tuple[NDArray[Any], Told]:
        past = told or nothing
        words, places = (each[:, None].astype(np.int32) for each in (last, place))
        before = dict(zip(parts("past", count), past, strict=True))
        raw = network({"words": words, "place": places, **looked, **before})
        return raw["logits"], tuple(map(partial(_with, place[0]), past, raw["told"].swapaxes(0, 1)))

    return step


def _with(place: int, past: NDArray[Any], told: NDArray[Any]) -> NDArray[Any]:
    """(n, heads, LONGEST, d), in which what the words of one place tell, (n, heads, d), is filled in."""
    filled = past.copy()
    filled[:, :, place] = told
    return filled


def text(sentence: Sentence, words: Sequence[str]) -> str:
    """The words of a sentence as people write them.

    >>> text(Sentence((4, 5, 6, 7), ()), ("a", "dog", "'s", "ball"))
    "A dog's ball"
    """
    line = " ".join(words[number - FIRST] for number in sentence.words)
    line = re.sub(r" (?='(?:s|m|d|ll|re|ve|em)\b|n't\b)", "", line)
    return line[:1].upper() + line[1:]
