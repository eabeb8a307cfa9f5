"""Sentences about pictures: put together from labels, and shortened to what alternative texts should be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

LONGEST_ALT = 125
"""Characters that screen readers read in one go."""

MAY_SHOW = "A photo that may show "
"""How a sentence begins that is put together from labels."""

NOT_CLEAR = "A photo; what it shows is not clear"
"""What is said when nothing is sure."""

NUMBERS = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

PLURALS = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "sheep": "sheep",
    "mouse": "mice",
    "knife": "knives",
    "wine glass": "wine glasses",
    "scissors": "scissors",
    "skis": "skis",
    "bus": "buses",
    "bench": "benches",
    "sandwich": "sandwiches",
    "couch": "couches",
    "toothbrush": "toothbrushes",
    "broccoli": "pieces of broccoli",
}
"""Of those labels that do not just take an s."""

_OPENING = re.compile(
    r"^(?:(?:an?|the) )?(?:close[- ]?up )?(?:image|picture|photo|photograph|photography)s?(?: that)? "
    r"(?:of|showing|shows|with|may show) ",
    re.IGNORECASE,
)


def hedged(counts: Mapping[str, int]) -> str:
    """A sentence that says of labels, with how many there are of each, that the picture may show them.

    >>> hedged({"dog": 1, "person": 2, "umbrella": 1})
    'A photo that may show a dog, two people and an umbrella'
    >>> hedged({})
    'A photo; what it shows is not clear'
    """
    things = [counted(label, count) for label, count in counts.items()]
    return MAY_SHOW + listed(things) if things else NOT_CLEAR


def counted(label: str, count: int) -> str:
    """A label with its number in words.

    >>> counted("apple", 1), counted("bus", 3), counted("person", 14)
    ('an apple', 'three buses', 'many people')
    """
    if count == 1:
        return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"
    number = NUMBERS[count] if count < len(NUMBERS) else "many"
    return f"{number} {PLURALS.get(label, label + 's')}"


def listed(things: Sequence[str]) -> str:
    """One after the other, with an "and" before the last.

    >>> listed(["a dog", "a cat", "a mat"])
    'a dog, a cat and a mat'
    """
    return " and ".join([", ".join(things[:-1]), things[-1]]) if len(things) > 1 else things[0]


def alternative(text: str) -> str:
    """A caption as the text that stands for a picture: without "image of", one sentence, at most 125 characters.

    It follows https://www.w3.org/WAI/tutorials/images/: who hears it knows already that it is a picture.

    >>> alternative("a picture of a dog on a beach")
    'A dog on a beach.'
    >>> alternative("A photo that may show two dogs")
    'Possibly two dogs.'
    """
    line = " ".join(text.split()).rstrip(".! ")
    opening = _OPENING.match(line)
    if opening:
        line = line[opening.end() :]
        line = f"possibly {line}" if opening.group().endswith("may show ") else line
    return shortened(line[:1].upper() + line[1:], LONGEST_ALT - 1) + "."


def shortened(line: str, longest: int) -> str:
    """As many whole words as have room; words that wait for another do not end it.

    >>> shortened("A dog that runs over the grass", 20)
    'A dog that runs'
    """
    if len(line) <= longest:
        return line
    words = line[: longest + 1].split(" ")[:-1] or [line[:longest]]
    while len(words) > 1 and words[-1].lower().strip(",") in WAITING:
        words.pop()
    return " ".join(words).rstrip(",;")


# fmt: off
WAITING = frozenset({
    "a", "an", "the", "of", "in", "on", "onto", "with", "without", "and", "or", "at", "to", "by", "for", "from", "into",
    "over", "under", "near", "behind", "beside", "between", "through", "his", "her", "their", "its", "is", "are",
    "that", "which", "who", "while", "as",
})
# fmt: on
"""Words after which no sentence ends."""
