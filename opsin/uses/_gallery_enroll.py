"""Photos of a person, each embedded or refused with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from opsin.engine.stream import Answer, answers
from opsin.media.counting import expected
from opsin.media.sources import Source, open_source
from opsin.store.progress import Progress
from opsin.tasks.faces import FACES, Faces, FacesOptions
from opsin.uses._gallery_photos import Refusal, chosen, embeddings_of, weakness
from opsin.uses._gallery_roll import Photo


@dataclass(frozen=True)
class Enrolled:
    """What came of the photos of a person.

    Attributes:
        name: the person's, as it is kept.
        accepted: names of the photos by which the person is known now.
        refused: the others, with the reasons.
    """

    name: str
    accepted: tuple[str, ...]
    refused: tuple[Refusal, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        refused = [{"source": each.source, "reason": each.reason} for each in self.refused]
        return {"name": self.name, "accepted": list(self.accepted), "refused": refused}


@dataclass(frozen=True, eq=False)
class Portrait:
    """A photo that is good enough.

    Attributes:
        source: which.
        photo: what is kept of it.
    """

    source: str
    photo: Photo


def portraits(photos: Source, model: str, progress: Progress, *, largest: bool) -> Iterator[Portrait | Refusal]:
    """Each photo, looked at by all cores; one that cannot be read is refused as well.

    Args:
        photos: whatever may hold pictures.
        model: finds faces and embeds them.
        progress: told of each.
        largest: whether of several faces the largest is taken.

    Raises:
        SourceError: when there is no picture at all.
    """
    total = _number(photos)
    found = answers(FACES, open_source(photos), FacesOptions(model=model), keeps_images=True)
    for number, answer in enumerate(found, start=1):
        progress("photos", number, max(number, total))
        yield _portrait(answer, largest)


def _portrait(answer: Answer[Faces], largest: bool) -> Portrait | Refusal:
    source = answer.item.source
    if answer.result is None or answer.image is None:
        return Refusal(source, str(answer.error).rstrip("."))
    which = chosen(answer.result, largest=largest)
    if isinstance(which, str):
        return Refusal(source, which)
    reason = weakness(answer.image, answer.result.points[which])
    if reason:
        return Refusal(source, reason)
    return Portrait(source, Photo(_name(answer), embeddings_of(answer.result)[which]))


def _name(answer: Answer[Faces]) -> str:
    """A file's name is enough to know a photo by; where it lay is nobody's business."""
    frame = answer.item.frame
    # Of a photo on another system too: no separator is left.
    name = PurePath(answer.item.source.replace("\\", "/")).name or "photo"
    return name if frame is None else f"{name}#{frame}"


def _number(photos: Source) -> int:
    """How many there are, as far as that can be told beforehand."""
    several = photos if isinstance(photos, list | tuple) else [photos]
    named = [os.fspath(each) if isinstance(each, os.PathLike) else each for each in several]
    texts = [each for each in named if isinstance(each, str)]
    return len(named) - len(texts) + (expected(texts) or 0)
