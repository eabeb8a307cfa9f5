"""Captions of many pictures: what is right to give, and their n-grams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from opsin.core.errors import InputError
from opsin.metrics.captions.tokens import Tokens

LONGEST = 4
"""Words of the longest n-gram that counts, in BLEU and CIDEr-D."""

Candidates = Sequence[Tokens]
"""The caption to be judged of each picture."""

References = Sequence[Sequence[Tokens]]
"""What people wrote: for each picture some captions, at least one."""


def refuse_unlike(candidates: Candidates, references: References) -> None:
    """Refuse what is no corpus.

    Raises:
        InputError: when the two are not of the same pictures, a picture has no reference, or a caption is a string.
    """
    if len(candidates) != len(references) or not len(candidates):
        raise InputError(
            f"Each picture needs its candidate and its references; got {len(candidates)} candidates and references of "
            f"{len(references)} pictures."
        )
    for index, (candidate, known) in enumerate(zip(candidates, references, strict=True)):
        refuse_no_references(known, f"picture {index}")
        refuse_strings([candidate], f"The candidate of picture {index}")


def refuse_no_references(references: Sequence[Tokens], where: str = "the picture") -> None:
    """Refuse the references of a picture that say nothing, or are not words yet.

    Raises:
        InputError: when there is none, or one is a string.
    """
    if not len(references):
        raise InputError(f"There is no reference for {where}. Leave it out, or give at least one.")
    refuse_strings(references, f"A reference of {where}")


def refuse_strings(captions: Sequence[object], what: str) -> None:
    """Refuse strings, whose letters would count as words.

    Raises:
        InputError: when one is a string.
    """
    # Where a string stands for the list of captions, its letters are strings as well.
    wrong = next((each for each in captions if isinstance(each, str)), None)
    if wrong is not None:
        raise InputError(f"{what} must be words, as tokens(text) gives them; got the string {wrong!r:.60}.")


def ngrams(words: Tokens, longest: int = LONGEST) -> Counter[Tokens]:
    """How often each run of 1 to `longest` words is there.

    >>> ngrams(("a", "dog"))
    Counter({('a',): 1, ('dog',): 1, ('a', 'dog'): 1})
    """
    # Lists of words are welcome; slices of tuples can be counted.
    words = tuple(words)
    return Counter(
        words[start : start + length] for length in range(1, longest + 1) for start in range(len(words) - length + 1)
    )
