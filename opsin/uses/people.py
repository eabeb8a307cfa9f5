"""People: a folder of photos sorted by who is on them, with corrections that stay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from opsin.core.errors import InputError, UsageError
from opsin.media.item import Item
from opsin.store.files import write_atomically
from opsin.store.folders import check_own
from opsin.store.lock import locked
from opsin.store.progress import Progress, silent
from opsin.tasks.faces import UNKNOWN
from opsin.uses._people_corrections import (
    PAGE,
    corrected,
    named,
    person_id,
    sorted_anew,
    taken_back,
    without_the_gone,
)
from opsin.uses._people_page import Face, Person, counted, people_page
from opsin.uses._people_scan import CROPS, crop_name, find_faces, photos_in, remove_crops, unchanged
from opsin.uses._people_state import STATE, Photo, Said, State, load_state, save_state
from opsin.uses._thresholds import MODEL

FOLDER = "people"
"""The folder of an album, where none is named."""

LOCK = ".lock"

Failure: TypeAlias = tuple[str, InputError]
"""A photo that could not be read, and why."""

KEEP_EVERY = 500
"""Photos after which what was found is kept, even if the power fails: about a minute of work."""


@dataclass(frozen=True, eq=False)
class Album:
    """A folder of photos, sorted by people.

    Attributes:
        folder: the album: index.html to look at, and what Opsin remembers.
        source: the folder of the photos, absolute.
        people: who has most faces first.
        unknown: the faces of nobody: no other face is like them.
        photos: how many were looked at.
        failures: photos that could not be read, and why.
    """

    folder: Path
    source: Path
    people: tuple[Person, ...]
    unknown: Person
    photos: int
    failures: tuple[Failure, ...] = ()

    @property
    def summary(self) -> str:
        """How many people and faces there are, in one line."""
        return counted(self.people, self.unknown)

    @property
    def page(self) -> Path:
        """The page to look at."""
        return self.folder / PAGE

    def person(self, called: str) -> Person:
        """Somebody by id or name.

        Raises:
            UsageError: when there is nobody of that id or name.
        """
        for person in self.people:
            if called in (person.id, person.name):
                return person
        raise UsageError(f"There is no person {called!r} in {self.folder}. See {self.page}")


def people(folder: str | Path, *, album: str | Path = FOLDER, model: str = MODEL, progress: Progress = silent) -> Album:
    """Sort a folder of photos by the people on them.

    Photos that the album knows are not read again, and people that it knows keep their faces, ids and names; new faces
    join them, or each other. Whoever is on one photo only stays unknown. Photos that have gone leave the album, with
    all that was said of them. After Ctrl-C what was found is kept.

    Args:
        folder: of the photos; folders in it are looked into.
        album: a folder to keep the result in; it may lie in `folder`, and is then passed over.
        model: that finds and embeds the faces.
        progress: is told how many photos are done.

    Raises:
        SourceError: when there is no such folder, or no photo in it.
        UsageError: when `album` holds something else, or was made of other photos or with another model.
        InputError: when what the album remembers is damaged.
        WeightsError: when the model's weights cannot be had.
    """
    source, into = Path(folder).resolve(), Path(album)
    _check_place(source, into)
    items = photos_in(source, into)
    with locked(into / LOCK):
        before = _opened(into, source, model)
        known = unchanged(items, before.photos)
        _check_fits(before, source, model, into, known)
        found, failures = _looked_at(before, {file: items[file] for file in items if file not in known}, into, progress)
        photos = {file: photo for file in items if (photo := known.get(file) or found.get(file)) is not None}
        now = without_the_gone(dataclasses.replace(before, source=str(source), photos=photos))
        return _kept(sorted_anew(now), into, failures)


def same(album: str | Path, faces: Sequence[str], *, undo: bool = False) -> Album:
    """Say that two faces or more are one person; the people that they were sorted to become one.

    It holds from then on, whatever they look like, also for two faces in one photo.

    Args:
        album: a folder that `people` has made.
        faces: as the page calls them: `photo.jpg#2`.
        undo: take it back; they stay together only where they look alike.

    Raises:
        UsageError: when there is no such album or face, or what was said before contradicts it.
        InputError: when what the album remembers is damaged.
    """
    return _correct(Path(album), Said("same", tuple(faces)), undo)


def different(album: str | Path, faces: Sequence[str], *, undo: bool = False) -> Album:
    """Say that two faces are different people. Where they were one, the smaller part leaves.

    Args:
        album: a folder that `people` has made.
        faces: two, as the page calls them: `photo.jpg#2`.
        undo: take it back.

    Raises:
        UsageError: when there is no such album or face, or what was said before contradicts it.
        InputError: when what the album remembers is damaged.
    """
    if len(faces) != 2:
        raise UsageError(f"Name the two faces that are different people; got {len(faces)}.")
    return _correct(Path(album), Said("different", tuple(faces)), undo)


def name(album: str | Path, person: str, name: str) -> Album:
    """Give a person a name, which stays.

    Args:
        album: a folder that `people` has made.
        person: as the page says, `p12`; or the name that the person has.
        name: the new one; empty to take the name away.

    Raises:
        UsageError: when there is no such album or person, or somebody else has that name.
        InputError: when what the album remembers is damaged.
    """
    into = Path(album)
    return _changed(into, lambda state: named(state, person, name, into))


def _correct(album: Path, said: Said, undo: bool) -> Album:
    change = taken_back if undo else corrected
    return _changed(album, lambda state: change(state, said, album))


def _changed(album: Path, change: Callable[[State], State]) -> Album:
    """The album after a change to what it knows."""
    load_state(album)  # before there is a lock in a folder that is no album
    with locked(album / LOCK):
        return _kept(change(load_state(album)), album)


def _check_place(source: Path, album: Path) -> None:
    """Looks whether an album may lie there, before long work."""
    if source.is_relative_to(album.resolve()):
        raise UsageError(f"The photos lie in {album}, where the album would be. Name another: --album DIR")
    if not (album / STATE).exists():
        check_own(album, (LOCK,))


def _opened(album: Path, source: Path, model: str) -> State:
    """What the album knows; a new one is begun at once, so that from now on the folder is known to be ours."""
    if not (album / STATE).exists():
        save_state(album, State(str(source), model))
    return load_state(album)


def _check_fits(state: State, source: Path, model: str, album: Path, known: Mapping[str, Photo]) -> None:
    if state.model != model:
        raise UsageError(
            f"{album} was made with the model {state.model}, whose embeddings {model} cannot compare. Use that one, "
            "or begin a new album: --album DIR"
        )
    # A folder that was moved is the same folder; another one would empty the album.
    if state.source != str(source) and state.photos and not known:
        raise UsageError(f"{album} is the album of {state.source}. For {source} name another: --album DIR")


def _looked_at(
    before: State, items: Mapping[str, Item], album: Path, progress: Progress
) -> tuple[dict[str, Photo], list[Failure]]:
    """The faces of photos that are new or were changed, and what could not be read."""
    found: dict[str, Photo] = {}
    failures: list[Failure] = []
    try:
        for each in find_faces(items, before.photos, album, before.model, progress):
            if each.error is not None:
                failures.append((each.file, each.error))
            elif each.photo is not None:
                found[each.file] = each.photo
                if len(found) % KEEP_EVERY == 0:
                    _keep_found(before, found, album)
    # After Ctrl-C too: what was found need not be found again.
    finally:
        _keep_found(before, found, album)
    return found, failures


def _keep_found(before: State, found: Mapping[str, Photo], album: Path) -> None:
    save_state(album, dataclasses.replace(before, photos={**before.photos, **found}))


def _kept(state: State, album: Path, failures: Sequence[Failure] = ()) -> Album:
    """The state written down, the page with it; crops of who has left are removed."""
    shown = _shown(state, album, failures)
    save_state(album, state)
    with write_atomically(shown.page) as file:
        # A file's name may hold bytes that are no UTF-8; as an escape they can be shown.
        file.write(people_page(shown.source, shown.people, shown.unknown).encode("utf-8", "backslashreplace"))
    remove_crops(album, state.photos)
    return shown


def _shown(state: State, album: Path, failures: Sequence[Failure]) -> Album:
    faces: dict[int, list[Face]] = {0: []}
    for number, face in _faces(state):
        faces.setdefault(number, []).append(face)
    order = sorted((number for number in faces if number), key=lambda number: (-len(faces[number]), number))
    return Album(
        folder=album,
        source=Path(state.source),
        people=tuple(Person(person_id(each), state.names.get(each, ""), tuple(faces[each])) for each in order),
        unknown=Person("", UNKNOWN, tuple(faces[0])),
        photos=len(state.photos),
        failures=tuple(failures),
    )


def _faces(state: State) -> Iterator[tuple[int, Face]]:
    """Every face with the number of its person."""
    for file, photo in state.photos.items():
        for place, number in enumerate(photo.numbers.tolist()):
            crop = f"{CROPS}/{crop_name(file, number, photo.stamp)}"
            face = Face(f"{file}#{number}", file, photo.boxes[place], float(photo.scores[place]), crop)
            yield int(photo.people[place]), face
