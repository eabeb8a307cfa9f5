"""Looking for the best sentences: several are kept, word after word.

Freitag and Al-Onaizan, Beam Search Strategies for Neural Machine Translation, https://arxiv.org/abs/1702.01806; that no
three words come twice is Paulus et al., https://arxiv.org/abs/1705.04304, section 2.5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = tuple[int, ...]
Told = tuple[NDArray[Any], ...]
"""What words told a network, (n * beams, …) each: not worked out again for the words after."""

Step = Callable[[NDArray[Any], NDArray[Any], Told | None], tuple[NDArray[Any], Told]]
"""Last words (n * beams,), which one it is, what the words before told or None -> logits (n * beams, words), told."""

NEVER = -np.inf


@dataclass(frozen=True)
class Grammar:
    """What a sentence may be.

    Attributes:
        start: number of what comes before the first word.
        end: number of what comes after the last.
        barred: numbers that are no words.
        open: words after which no sentence ends: "a", "with".
        longest: words at most, the end included.
        gram: so many words never come twice in the same order.
    """

    start: int
    end: int
    barred: frozenset[int]
    open: frozenset[int]
    longest: int
    gram: int = 3


@dataclass(frozen=True)
class Sentence:
    """Words, and how likely they are.

    Attributes:
        words: their numbers, without start and end.
        logs: (words + 1,) the logarithm of the score of each, the end included.
    """

    words: Words
    logs: tuple[float, ...]

    def worth(self, power: float) -> float:
        """The sum of the logarithms, divided by the length to that power: else the shortest sentence is the best."""
        return float(sum(self.logs) / len(self.logs) ** power)

    @property
    def sureness(self) -> float:
        """The mean logarithm of the words' scores, below 0."""
        return self.worth(1.0)


def search(step: Step, count: int, grammar: Grammar, beams: int, power: float = 0.7) -> list[list[Sentence]]:
    """The best sentences for each of some pictures, the best first.

    Args:
        step: the network.
        count: how many pictures there are.
        grammar: what a sentence may be.
        beams: how many beginnings are kept.
        power: of the length that a sentence's worth is divided by.
    """
    living = [[Sentence((), ())] + [Sentence((), (NEVER,))] * (beams - 1) for _ in range(count)]
    done: list[list[Sentence]] = [[] for _ in range(count)]
    told = None
    for place in range(grammar.longest):
        last = np.array([each.words[-1] if each.words else grammar.start for some in living for each in some])
        logits, told = step(last, np.full(len(last), place), told)
        logs = log_softmax(logits).reshape(count, beams, -1)
        order = []
        for index in range(count):
            kept, parents = _grown(living[index], logs[index], grammar, beams, done[index], power)
            living[index] = kept
            order += [index * beams + parent for parent in parents]
        told = tuple(part.take(order, axis=0) for part in told)
        if all(_is_over(some, ended, beams, power) for some, ended in zip(living, done, strict=True)):
            break
    return [ended or [_cut(some[0], grammar)] for some, ended in zip(living, done, strict=True)]


def log_softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """(n, words) -> the same: logarithms of scores that add up to 1. `np.logaddexp.reduce` takes ten times as long."""
    below = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=1, keepdims=True)))


def _cut(sentence: Sentence, grammar: Grammar) -> Sentence:
    """A sentence that found no end, up to the last word that may be its last."""
    kept = len(sentence.words)
    while kept > 1 and sentence.words[kept - 1] in grammar.open:
        kept -= 1
    return Sentence(sentence.words[:kept], sentence.logs[:kept])


def _grown(
    living: Sequence[Sentence], logs: NDArray[Any], grammar: Grammar, beams: int, done: list[Sentence], power: float
) -> tuple[list[Sentence], list[int]]:
    """The best beginnings with a word more, and which each grew from; those that end are put to `done`."""
    allowed = np.array(logs, np.float64)
    for row, each in enumerate(living):
        allowed[row, list(barred(each.words, grammar))] = NEVER
    sums = allowed + np.array([[sum(each.logs)] for each in living])
    ended = [
        Sentence(each.words, (*each.logs, float(allowed[row, grammar.end])))
        for row, each in enumerate(living)
        if np.isfinite(sums[row, grammar.end])
    ]
    done += ended
    done.sort(key=lambda each: -each.worth(power))
    del done[beams:]
    sums[:, grammar.end] = allowed[:, grammar.end] = NEVER
    rows, words = np.unravel_index(_highest(sums.ravel(), beams), sums.shape)
    kept = [
        Sentence((*living[row].words, int(word)), (*living[row].logs, float(allowed[row, word])))
        for row, word in zip(rows, words, strict=True)
    ]
    return kept, [int(row) for row in rows]


def _highest(sums: NDArray[Any], count: int) -> NDArray[np.intp]:
    """The places of the highest, the highest first; of those that are alike the first."""
    # For a few, to look through all of them each time is ten times faster than to part them.
    left, places = sums.copy(), np.empty(count, np.intp)
    for at in range(count):
        places[at] = left.argmax()
        left[places[at]] = NEVER
    return places


def barred(words: Words, grammar: Grammar) -> set[int]:
    """What cannot come next."""
    barred = set(grammar.barred)
    if not words or words[-1] in grammar.open:
        barred.add(grammar.end)
    if words:
        barred.add(words[-1])
    head = words[len(words) - grammar.gram + 1 :]
    barred |= {
        words[at + grammar.gram - 1]
        for at in range(len(words) - grammar.gram + 1)
        if words[at : at + grammar.gram - 1] == head
    }
    return barred


def _is_over(living: Sequence[Sentence], done: Sequence[Sentence], beams: int, power: float) -> bool:
    """Whether nothing that is still growing is better than what has ended: more words can only make it less likely.

    A few of them may still raise its worth where that is divided by its length; those are not waited for.
    """
    if len(done) < beams:
        return False
    best = max(sum(each.logs) / (len(each.logs) + 1) ** power for each in living)
    return bool(best <= done[-1].worth(power))
