"""The page of an album of people: a row of faces for each, the largest first, and what to type to correct them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from opsin.core.boxes import Boxes
from opsin.reports import _page
from opsin.tasks.faces import UNKNOWN

SHOWN = 60
"""Faces of one person that are seen at once; the others when a reader asks for them."""


@dataclass(frozen=True, eq=False)
class Face:
    """One face of an album.

    Attributes:
        id: what it goes by in commands: `photo.jpg#2`.
        photo: the file, by its path in the folder.
        box: (4,) xyxy in pixels of the photo.
        score: how certain it is that it is a face, in 0..1.
        crop: the face, cut out: a file in the album, by its path in it.
    """

    id: str
    photo: str
    box: Boxes
    score: float
    crop: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        box = [round(side, 2) for side in self.box.tolist()]
        return {"face": self.id, "photo": self.photo, "box": box, "score": round(self.score, 6)}


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody in an album, or all who are unknown.

    Attributes:
        id: what the person goes by in commands, as long as there is a photo: `p12`; empty for the unknown.
        name: as it was given; empty when it was not; "unknown" for the unknown.
        faces: photo by photo.
    """

    id: str
    name: str
    faces: tuple[Face, ...]

    @property
    def called(self) -> str:
        """The name, or the id of who has none."""
        return self.name or self.id

    @property
    def photos(self) -> tuple[str, ...]:
        """Who is on which photos, each once."""
        return tuple(dict.fromkeys(face.photo for face in self.faces))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        faces = [face.to_dict() for face in self.faces]
        return {"person": self.id, "name": self.name, "photos": list(self.photos), "faces": faces}


def people_page(source: Path, people: Sequence[Person], unknown: Person) -> str:
    """The page, as HTML that needs no network and no script; the faces lie beside it.

    Args:
        source: the folder of the photos.
        people: in their order.
        unknown: the faces of nobody.
    """
    rows = [_row(person, source) for person in people]
    if unknown.faces:
        rows.append(_row(unknown, source))
    return _page.page(f"People in {source.name}", counted(people, unknown), [_help(people), *rows])


def counted(people: Sequence[Person], unknown: Person) -> str:
    """How many people and faces there are, in one line."""
    faces = sum(len(person.faces) for person in people)
    known = f"{_many(len(people), 'person', 'people')} with {_many(faces, 'face')}"
    return f"{known}; {_many(len(unknown.faces), 'face')} unknown"


def _many(count: int, one: str, more: str = "") -> str:
    """As "1 face" or "2 faces"."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def _help(people: Sequence[Person]) -> str:
    person = people[0].called if people else "p1"
    commands = (
        (f"opsin faces name {person} Ann", "The person is called Ann."),
        ("opsin faces same FACE FACE", "Two faces, or two rows, are one person: name a face of each."),
        ("opsin faces different FACE FACE", "Two faces in one row are different people."),
    )
    return _page.folded("How to correct it", _page.table(("type", "to say"), commands))


def _row(person: Person, source: Path) -> str:
    title = f"{person.name} ({person.id})" if person.name and person.id else person.called
    shown = [_figure(face, source) for face in person.faces]
    more = len(shown) - SHOWN
    rest = _page.folded(f"{more:,} more", _page.pictures(shown[SHOWN:])) if more > 0 else ""
    return _page.section(title, _said(person), _page.pictures(shown[:SHOWN]), rest)


def _said(person: Person) -> str:
    count = f"{_many(len(person.faces), 'face')} in {_many(len(person.photos), 'photo')}"
    return f"{count}: each is like no other face, as far as can be told." if person.name == UNKNOWN else count


def _figure(face: Face, source: Path) -> str:
    said = escape(face.id)
    image = f'<img src="{quote(face.crop)}" alt="{said}" loading="lazy">'
    photo = escape((source / face.photo).as_uri())
    return f'<figure><a href="{photo}">{image}</a><figcaption>{said}</figcaption></figure>\n'
