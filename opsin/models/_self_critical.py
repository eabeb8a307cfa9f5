"""Learning from what the network says itself: sentences that people agree with more than with its others are favoured.

Rennie et al., Self-critical Sequence Training for Image Captioning, https://arxiv.org/abs/1612.00563; measured by the
mean of the other sentences, as Luo has it, https://arxiv.org/abs/2003.09971.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.captions.cider import Cider
from opsin.metrics.captions.tokens import Tokens
from opsin.models._beams import Grammar, Step, Words, barred
from opsin.models._writing import stepping
from opsin.nn.words import END, PAD, START
from opsin.runtime.network import Arrays

SAMPLES = 5
"""Sentences of each picture."""

TEMPERATURE = 0.5
"""Logits are divided by it before words are drawn. A network that learned with label smoothing keeps a little score for
every word, and as it is it would say something absurd in every second sentence, and learn only not to."""


@dataclass(frozen=True, eq=False)
class SelfCritical:
    """Makes rows to learn from: sentences drawn at random, and how much better each is than the others.

    Attributes:
        writer: the layer that is taught.
        step: one word more of `SAMPLES` captions of each picture, by that layer.
        grammar: what a sentence may be.
        cider: knows how rare each run of words is among the captions to learn from.
    """

    writer: Any
    step: Callable[[Arrays], Arrays]
    grammar: Grammar
    cider: Cider

    def __call__(self, features: NDArray[Any], rows: NDArray[Any], random: np.random.Generator) -> NDArray[np.float32]:
        """(n, samples, words + 2) in place of (n, captions, words + 2), for features (n, h, w, channels)."""
        seen = np.asarray(self.writer(features.astype(np.float32), training=False), np.float32)
        step = stepping(self.step, seen, SAMPLES)
        drawn = sampled(step, len(features) * SAMPLES, self.grammar, random)
        said = [drawn[at : at + SAMPLES] for at in range(0, len(drawn), SAMPLES)]
        return np.stack([self._row(some, row) for some, row in zip(said, rows, strict=True)])

    def _row(self, said: Sequence[Words], row: NDArray[Any]) -> NDArray[np.float32]:
        """(samples, words + 2) the sentences, and by how much each is better than the mean of the others."""
        reward = self.cider.scores([spoken(each) for each in said], references(row))
        laid = np.full((len(said), row.shape[1]), PAD, np.float32)
        laid[:, 0] = START
        for line, words in zip(laid, said, strict=True):
            line[1 : len(words) + 1] = words
            if len(words) + 1 < row.shape[1] - 1:
                line[len(words) + 1] = END
        laid[:, -1] = (reward - reward.mean()) * len(said) / (len(said) - 1)
        return laid


def sampled(step: Step, count: int, grammar: Grammar, random: np.random.Generator) -> list[Words]:
    """Sentences whose words are drawn as often as the network would say them, at `TEMPERATURE`."""
    said: list[list[int]] = [[] for _ in range(count)]
    is_over = np.zeros(count, bool)
    last, told = np.full(count, grammar.start), None
    for place in range(grammar.longest - 1):
        logits, told = step(last, np.full(count, place), told)
        logits = np.array(logits, np.float64) / TEMPERATURE
        for index in np.flatnonzero(~is_over):
            logits[index, list(barred(tuple(said[index]), grammar))] = -np.inf
        # The highest of logits with Gumbel's noise is a draw by the scores.
        last = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
        is_over |= last == grammar.end
        for index in np.flatnonzero(~is_over):
            said[index].append(int(last[index]))
        if is_over.all():
            break
    return [tuple(words) for words in said]


def references(row: NDArray[Any]) -> list[Tokens]:
    """The captions of a row (captions, words + 2) as words: their numbers, as text."""
    kept = row[row[:, -1] > 0][:, 1:-1].astype(int)
    return [spoken(each[each > END]) for each in kept]


def spoken(words: Sequence[int] | NDArray[Any]) -> Tokens:
    """Numbers of words as text, for figures that count words."""
    return tuple(map(str, words))
