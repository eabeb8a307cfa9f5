"""What an album of people knows: the faces of each photo, who they were sorted to, and what a person has said."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, UsageError
from opsin.store.files import write_atomically

STATE = "people.npz"

_COLUMNS = ("boxes", "scores", "embeddings", "numbers", "people")

_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile)

Stamp = tuple[int, int]
"""Bytes of a file, and when it was last changed, in nanoseconds: a file with another stamp is another picture."""


@dataclass(frozen=True, eq=False)
class Photo:
    """The faces of one photo, most certain first.

    Attributes:
        stamp: of the file.
        boxes: (n, 4) xyxy in pixels of the photo.
        scores: (n,) certainties that it is a face, in 0..1.
        embeddings: (n, d) of length 1.
        numbers: (n,) of the faces, from 1: they stay when other faces go.
        people: (n,) the number of the person each was sorted to; 0 for nobody.
    """

    stamp: Stamp
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    numbers: NDArray[np.int64]
    people: NDArray[np.int64]


@dataclass(frozen=True)
class Said:
    """One correction: these faces are the same person, or these two are different people."""

    kind: Literal["same", "different"]
    faces: tuple[str, ...]

    def __str__(self) -> str:
        """As the command that says it."""
        return f"opsin faces {self.kind} {' '.join(self.faces)}"


@dataclass(frozen=True, eq=False)
class State:
    """All that is kept of an album.

    Attributes:
        source: the folder of the photos, absolute.
        model: that found and embedded the faces; embeddings of another are not alike.
        photos: by their path in the folder, with "/" between its parts.
        names: of people, by number.
        said: the corrections, in their order.
        next_person: the number that the next new person gets; numbers are never used again.
    """

    source: str
    model: str
    photos: Mapping[str, Photo] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    said: tuple[Said, ...] = ()
    next_person: int = 1

    def face_ids(self) -> list[str]:
        """Of all faces, photo by photo: `photo.jpg#2`."""
        return [f"{file}#{number}" for file, photo in self.photos.items() for number in photo.numbers.tolist()]

    def column(self, name: str) -> NDArray[Any]:
        """(n, …) one thing about all faces, as a field of `Photo` is called, in the order of `face_ids`."""
        # Where there is no face, nothing says how long an embedding is.
        parts = [getattr(photo, name) for photo in self.photos.values() if len(photo.numbers)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def save_state(album: Path, state: State) -> None:
    """Writes it whole or not at all.

    Raises:
        OpsinError: when it cannot be written.
    """
    words = {
        "source": state.source,
        "model": state.model,
        "photos": [[file, *photo.stamp, len(photo.numbers)] for file, photo in state.photos.items()],
        "names": {str(number): name for number, name in state.names.items()},
        "said": [[said.kind, list(said.faces)] for said in state.said],
        "next_person": state.next_person,
    }
    # File names may hold bytes that are no UTF-8: as ASCII with escapes they come back the same.
    text = np.frombuffer(json.dumps(words).encode("ascii"), np.uint8)
    with write_atomically(album / STATE) as file:
        np.savez(
            file,
            words=text,
            boxes=state.column("boxes"),
            scores=state.column("scores"),
            embeddings=state.column("embeddings"),
            numbers=state.column("numbers"),
            people=state.column("people"),
        )


def load_state(album: Path) -> State:
    """What an album knows.

    Raises:
        UsageError: when there is no album.
        InputError: when its file is damaged, or names photos outside the folder.
    """
    path = album / STATE
    if not path.exists():
        raise UsageError(f"{album} is no album of people. Make one with: opsin faces people FOLDER --album {album}")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return _read(json.loads(arrays["words"].tobytes()), {name: arrays[name] for name in _COLUMNS})
    except _DAMAGED as error:
        raise InputError(f"{path} is damaged ({error}). Put a copy in its place, or begin a new album.") from error


def _read(words: dict[str, Any], columns: dict[str, NDArray[Any]]) -> State:
    ends = np.cumsum([count for *_, count in words["photos"]], dtype=np.intp)
    if any(len(column) != (ends[-1] if len(ends) else 0) for column in columns.values()):
        raise ValueError("its parts are of different lengths")
    parts = {name: np.split(column, ends[:-1]) for name, column in columns.items()}
    photos = {
        _inside(file): Photo((int(size), int(time)), *(parts[name][place] for name in _COLUMNS))
        for place, (file, size, time, _) in enumerate(words["photos"])
    }
    return State(
        source=str(words["source"]),
        model=str(words["model"]),
        photos=photos,
        names={int(number): str(name) for number, name in words["names"].items()},
        said=tuple(Said(kind, tuple(faces)) for kind, faces in words["said"]),
        next_person=int(words["next_person"]),
    )


def _inside(file: str) -> str:
    """A photo's path, which must not lead out of the folder."""
    path = Path(file)
    if path.anchor or ".." in path.parts:
        raise ValueError(f"{file!r} is no photo inside the folder")
    return file
