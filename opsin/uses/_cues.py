"""Cues: what is told of a video and when, as WebVTT and as SRT.

https://www.w3.org/TR/webvtt1/; SRT has no standard, and is written as players read it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from opsin.tasks._sentences import WAITING

SHORTEST_SECONDS = 1.5
"""Nobody reads a line that stands for less."""
LINE = 42
"""Characters that a line has room for, and LINES of them that a picture has."""
LINES = 2
ALIKE = 0.6
"""Texts that share so much of their words say the same."""


@dataclass(frozen=True)
class Cue:
    """A text, and when it is shown.

    Attributes:
        start, end: seconds of the video.
        text: one sentence, on one line.
        score: how likely people would say so too, in 0..1.
    """

    start: float
    end: float
    text: str
    score: float


def tidied(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Cues that can be read: each long enough, none that says the same as the one before it.

    What is too short gives its time to the one after it, or else to the one before; alone it stands a little longer.

    Args:
        cues: in their order, none before the end of another.
    """
    return _joined(_read_long_enough(_joined(tuple(cues))))


def _joined(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Neighbours that say the same as one, in the words of the surest."""
    kept: list[Cue] = []
    for cue in cues:
        if kept and kept[-1].end == cue.start and alike(kept[-1].text, cue.text):
            best = max(kept[-1], cue, key=lambda each: each.score)
            kept[-1] = replace(best, start=kept[-1].start, end=cue.end)
        else:
            kept.append(cue)
    return tuple(kept)


def alike(one: str, other: str) -> bool:
    """Whether two sentences say nearly the same: most of their words are shared, little ones apart.

    >>> alike("A man on a stage.", "A man on the stage"), alike("A man on a stage.", "A woman on a stage.")
    (True, False)
    """
    words, others = _words(one), _words(other)
    return len(words & others) >= ALIKE * len(words | others)


def _words(text: str) -> set[str]:
    return {word for word in (each.strip(".,;!?") for each in text.lower().split()) if word} - WAITING


def _read_long_enough(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    kept: list[Cue] = []
    waiting: float | None = None
    for one, following in zip(cues, [*cues[1:], None], strict=False):
        cue = one if waiting is None else replace(one, start=waiting)
        waiting = None
        if cue.end - cue.start >= SHORTEST_SECONDS:
            kept.append(cue)
        elif following is not None and following.start == cue.end:
            waiting = cue.start
        elif kept and kept[-1].end == cue.start:
            kept[-1] = replace(kept[-1], end=cue.end)
        elif following is None or following.start >= cue.start + SHORTEST_SECONDS:
            kept.append(replace(cue, end=cue.start + SHORTEST_SECONDS))
    return tuple(kept)


def lines_of(text: str) -> list[str]:
    """A text on at most two lines of at most 42 characters, about as long as each other; what is too long is cut off.

    >>> lines_of("A man in a black suit stands on a stage before a red curtain.")
    ['A man in a black suit stands on', 'a stage before a red curtain.']
    """
    number = len(textwrap.wrap(text, LINE))
    if number > LINES:
        return textwrap.wrap(text, LINE, max_lines=LINES, placeholder=" …")
    # The narrowest lines that are as few are about as long as each other; no word is broken for that.
    narrowest = min(max(map(len, text.split()), default=1), LINE)
    return next(lines for width in range(narrowest, LINE + 1) if len(lines := textwrap.wrap(text, width)) <= number)


def webvtt(cues: Iterable[Cue], note: str) -> str:
    """A file of WebVTT.

    Args:
        cues: in their order.
        note: one line that says where they come from; not shown.
    """
    blocks = [f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{_escaped(_block(cue))}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", f"NOTE {_escaped(note)}\n", *blocks])


def srt(cues: Iterable[Cue]) -> str:
    """A file of SRT."""
    blocks = [
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_block(cue)}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(blocks)


def _block(cue: Cue) -> str:
    return "\n".join(lines_of(cue.text))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, point: str) -> str:
    """As 01:02:03.004."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{milliseconds:03}"
