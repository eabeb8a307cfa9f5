"""What a person says about an album: who is the same, who is not, and who is called what. None of it may contradict."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UsageError
from opsin.tasks.faces import UNKNOWN
from opsin.uses._people_clusters import Labels, linked
from opsin.uses._people_sorting import Known, sort_faces
from opsin.uses._people_state import Photo, Said, State

PAGE = "index.html"


def corrected(state: State, said: Said, album: Path) -> State:
    """The state with one more correction, sorted again.

    Raises:
        UsageError: when a face is not there, or something else that was said contradicts it.
    """
    _check_faces(state, said, album)
    if said in state.said:
        return state
    after = dataclasses.replace(state, said=(*state.said, said))
    _check_agrees(after, said)
    _check_names(after, said)
    return sorted_anew(after)


def taken_back(state: State, said: Said, album: Path) -> State:
    """The state without the corrections of that kind that are about these faces alone, sorted again.

    Raises:
        UsageError: when there was none.
    """
    _check_faces(state, said, album)
    gone = [each for each in state.said if each.kind == said.kind and set(each.faces) <= set(said.faces)]
    if not gone:
        raise UsageError(f"Nobody said so: {said}. There is nothing to take back.")
    kept = tuple(each for each in state.said if each not in gone)
    return sorted_anew(dataclasses.replace(state, said=kept), gone)


def named(state: State, person: str, name: str, album: Path) -> State:
    """The state with another name for a person; empty text takes the name away.

    Args:
        state: of the album.
        person: `p12`, or the name that the person has.
        name: the new name.
        album: where it lies, for messages.

    Raises:
        UsageError: when there is no such person, or the name cannot be had.
    """
    number = _person(state, person, album)
    others = {each: called for each, called in state.names.items() if each != number}
    name = name.strip()
    _check_name(name, others)
    return dataclasses.replace(state, names=others | ({number: name} if name else {}))


def sorted_anew(state: State, loosened: Sequence[Said] = ()) -> State:
    """The state with every face sorted; names go with the last face.

    Args:
        state: as it was, with other photos or other corrections.
        loosened: corrections that were taken back just now.
    """
    people = sort_faces(_known(state, loosened), state.next_person)
    return dataclasses.replace(
        state,
        photos=_with_people(state, people),
        names={number: name for number, name in state.names.items() if number in people},
        next_person=max(state.next_person, int(people.max(initial=0)) + 1),
    )


def without_the_gone(state: State) -> State:
    """The state without what was said of faces that are not there any more."""
    here = set(state.face_ids())
    left = (Said(said.kind, tuple(face for face in said.faces if face in here)) for said in state.said)
    return dataclasses.replace(state, said=tuple(said for said in left if len(said.faces) > 1))


def person_id(number: int) -> str:
    """What a person goes by on the page and in commands.

    >>> person_id(12)
    'p12'
    """
    return f"p{number}"


def _known(state: State, loosened: Sequence[Said]) -> Known:
    counts = [len(photo.numbers) for photo in state.photos.values()]
    place = {face: index for index, face in enumerate(state.face_ids())}
    return Known(
        embeddings=state.column("embeddings"),
        photos=np.repeat(np.arange(len(counts)), counts),
        people=state.column("people"),
        same=_pairs(state.said, "same", place),
        different=_pairs(state.said, "different", place),
        named=frozenset(state.names),
        loosened=_pairs(loosened, "same", place),
    )


def _pairs(said: Iterable[Said], kind: str, place: dict[str, int]) -> Labels:
    """(p, 2) places of the faces that one kind of correction names, each with each."""
    faces = [each.faces for each in said if each.kind == kind]
    pairs = [(place[one], place[other]) for each in faces for one, other in combinations(each, 2)]
    return np.array(pairs, np.intp).reshape(-1, 2)


def _with_people(state: State, people: NDArray[np.int64]) -> dict[str, Photo]:
    """The photos, with a person for each face."""
    ends = np.cumsum([len(photo.numbers) for photo in state.photos.values()], dtype=np.intp)
    parts = np.split(people, ends[:-1])
    return {
        file: dataclasses.replace(photo, people=part)
        for (file, photo), part in zip(state.photos.items(), parts, strict=False)
    }


def _check_faces(state: State, said: Said, album: Path) -> None:
    if len(set(said.faces)) < 2 or len(set(said.faces)) < len(said.faces):
        raise UsageError(f"Name two faces that differ, as the page shows them: {album / PAGE}")
    for face in said.faces:
        photo = state.photos.get(face.rpartition("#")[0])
        if photo is None or face.rpartition("#")[2] not in map(str, photo.numbers.tolist()):
            raise UsageError(
                f"There is no face {face!r} in {album}. Faces are called as in photo.jpg#1; see {album / PAGE}"
            )


def _check_agrees(state: State, said: Said) -> None:
    """Two faces that are the same by all that was said may not be different."""
    faces = sorted({face for each in state.said for face in each.faces})
    place = {face: index for index, face in enumerate(faces)}
    one_person = linked(len(faces), _pairs(state.said, "same", place))
    for one, other in _pairs(state.said, "different", place).tolist():
        if one_person[one] == one_person[other]:
            against = _against(state.said, said, faces[one], faces[other])
            raise UsageError(
                f"{said} contradicts what was said before: {against}. Take that back first, with --undo after it."
            )


def _against(everything: Sequence[Said], said: Said, one: str, other: str) -> Said:
    """The earlier correction that a new one contradicts."""
    if said.kind == "same":
        return next(each for each in everything if each.kind == "different" and set(each.faces) == {one, other})
    earlier = [each for each in everything if each.kind == "same"]
    return next(each for each in reversed(earlier) if {one, other} & set(each.faces))


def _check_names(state: State, said: Said) -> None:
    """Faces of people with different names are not the same."""
    if said.kind != "same":
        return
    people = dict(zip(state.face_ids(), state.column("people").tolist(), strict=True))
    called = {state.names[people[face]]: face for face in said.faces if people[face] in state.names}
    if len(called) > 1:
        (one, first), (other, second) = list(called.items())[:2]
        raise UsageError(
            f"{first} is {one}, and {second} is {other}. If one is in the wrong row, say first: opsin faces different "
            f"FACE ANOTHER_OF_THE_ROW. If they are one person, take a name away first: opsin faces name {other!r} ''"
        )


def _person(state: State, person: str, album: Path) -> int:
    here = set(state.column("people").tolist()) - {0}
    called: dict[str, int] = {name: number for number, name in state.names.items()}
    called |= {person_id(number): number for number in here}
    if person not in called:
        raise UsageError(
            f"There is no person {person!r} in {album}. People are called as in p12, or by name; see {album / PAGE}"
        )
    return called[person]


def _check_name(name: str, others: dict[int, str]) -> None:
    if name == UNKNOWN or (name[:1] == "p" and name[1:].isdecimal()) or not name.isprintable():
        raise UsageError(f"{name!r} can be nobody's name: it means something else here. Choose another.")
    for number, called in others.items():
        if called == name:
            raise UsageError(
                f"{person_id(number)} is called {name} already. If they are one person, say so: opsin faces same "
                "FACE FACE. Else choose a name that tells them apart."
            )
