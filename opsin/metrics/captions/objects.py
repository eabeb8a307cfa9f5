"""Whether captions name things that are not there, by the 80 labels of COCO.

Rohrbach, Hendricks, Burns, Darrell and Saenko, Object Hallucination in Image Captioning, EMNLP 2018,
https://arxiv.org/abs/1809.02156. The words for each label are Opsin's own (`coco_words.txt`), so that figures are near
those of the paper's program (CHAIR), and not equal to them. `orange` alone is taken for the colour.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

from opsin.core.errors import InputError
from opsin.metrics.captions._corpus import refuse_strings
from opsin.metrics.captions.tokens import Tokens

_NOTHING = "-"

_ENDS = {"fe": "ves", "y": "ies", "s": "ses", "x": "xes", "ch": "ches", "sh": "shes"}
"""How the ends of words change in the plural; all others get an s."""


class Named(NamedTuple):
    """A thing that a caption names.

    Attributes:
        words: what it is called there.
        labels: what may be meant.
    """

    words: str
    labels: frozenset[str]


@dataclass(frozen=True)
class WrongObjects:
    """How often captions name things that are not there.

    Attributes:
        of_captions: the share of captions that name at least one, in 0..1 (CHAIR_s).
        of_objects: the share of the things named that are not there, in 0..1; 0 where nothing is named (CHAIR_i).
        words: for each caption the words for such things, in their order.
    """

    of_captions: float
    of_objects: float
    words: tuple[tuple[str, ...], ...]


def named_objects(caption: Tokens) -> tuple[Named, ...]:
    """The things of COCO's labels that a caption names, in the order of its words; of several words the longest name.

    >>> [(words, *labels) for words, labels in named_objects(("two", "puppies", "eat", "a", "hot", "dog"))]
    [('puppies', 'dog'), ('hot dog', 'hot dog')]
    """
    refuse_strings([caption], "The caption")
    known, longest = _known()
    words = [part for word in caption for part in word.split("-") if part]
    found, place = list[Named](), 0
    while place < len(words):
        runs = (tuple(words[place : place + length]) for length in range(min(longest, len(words) - place), 0, -1))
        run = next((each for each in runs if each in known), None)
        if run is not None and known[run]:
            found.append(Named(" ".join(run), known[run]))
        place += len(run or (1,))
    return tuple(found)


def labels_present(labels: Collection[str], references: Sequence[Tokens]) -> frozenset[str]:
    """The labels that are there: those that are known, and whatever the captions of people may mean.

    Args:
        labels: names as COCO writes them, from true boxes for example.
        references: captions that people wrote of the picture.

    >>> sorted(labels_present({"dog"}, [("a", "boy", "with", "his", "pet")]))
    ['dog', 'person']
    """
    return frozenset(labels).union(*(each.labels for caption in references for each in named_objects(caption)))


def wrong_objects(captions: Sequence[Tokens], present: Sequence[Collection[str]]) -> WrongObjects:
    """How often captions name things that are not there.

    Args:
        captions: one for each picture.
        present: for each picture the labels that are there, see `labels_present`.

    Raises:
        InputError: when they are not of the same pictures, there is none, or a caption is a string.

    >>> told = wrong_objects([("a", "dog", "and", "a", "cat"), ("a", "man",)], [{"dog"}, {"person"}])
    >>> told.of_captions, round(told.of_objects, 3), told.words
    (0.5, 0.333, (('cat',), ()))
    """
    if len(captions) != len(present) or not len(captions):
        raise InputError(
            f"Each caption needs the labels that are there; got {len(captions)} captions and labels of {len(present)}."
        )
    named = [named_objects(each) for each in captions]
    wrong = [
        tuple(each.words for each in things if each.labels.isdisjoint(here))
        for things, here in zip(named, present, strict=True)
    ]
    of_objects = sum(map(len, wrong)) / max(1, sum(map(len, named)))
    return WrongObjects(sum(map(bool, wrong)) / len(captions), of_objects, tuple(wrong))


@functools.cache  # the file is part of the package, and never another
def _known() -> tuple[Mapping[Tokens, frozenset[str]], int]:
    """What each name may mean, nothing for what only sounds so; and how many words the longest name has."""
    text = resources.files("opsin.metrics.captions").joinpath("coco_words.txt").read_text(encoding="utf-8")
    found: dict[Tokens, frozenset[str]] = {}
    for line in text.splitlines():
        label, _, names = line.partition(": ")
        for name in names.split(", ") if not line.startswith("#") else ():
            means = frozenset[str]() if label == _NOTHING else frozenset({label})
            for each in (name, plural(name)):
                run = tuple(each.split())
                found[run] = found.get(run, frozenset()) | means
    return found, max(map(len, found))


def plural(name: str) -> str:
    """Several of what a name is of.

    >>> [plural(each) for each in ("dog", "knife", "puppy", "wine glass", "toy", "bench")]
    ['dogs', 'knives', 'puppies', 'wine glasses', 'toys', 'benches']
    """
    end = next((end for end in _ENDS if name.endswith(end)), "")
    if end == "y" and name[-2] in "aeiou":
        end = ""
    return name.removesuffix(end) + _ENDS.get(end, "s")
