"""Who is who: faces sorted by people, so that those who are known stay and what a person has said holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.uses._people_clusters import Labels, grouped, join, linked

LEAST = 0.48
"""The average similarity from which two groups of SFace's embeddings are one person. On 2,320 photos of 1,128 people of
Labelled Faces in the Wild 0.997 of the pairs that are put together are right, and 0.930 of those that should be are;
0.44 gives 0.990 and 0.963, 0.52 gives 0.999 and 0.897. A large folder has more strangers: it is on the strict side.
Of single pairs of different people 1 in 100,000 is so alike."""

ANYHOW = -1.0
"""The least similarity there is: all are joined but those that may not be."""


@dataclass(frozen=True, eq=False)
class Known:
    """Faces, and what is known of who they are.

    Attributes:
        embeddings: (n, d) of length 1.
        photos: (n,) a number for the photo that each is in, rising.
        people: (n,) the number of the person each was sorted to; 0 for nobody.
        same: (s, 2) faces of one person, as somebody said.
        different: (p, 2) faces of different people, as somebody said.
        loosened: (l, 2) faces that somebody said are the same, and has taken back: they stay together only by looks.
        named: numbers of the people who have names.
    """

    embeddings: NDArray[np.float32]
    photos: NDArray[np.intp]
    people: NDArray[np.int64]
    same: Labels
    different: Labels
    loosened: Labels
    named: frozenset[int] = frozenset()


def sort_faces(known: Known, next_person: int, least: float = LEAST) -> NDArray[np.int64]:
    """(n,) the number of the person of each face; 0 for who has no second face.

    What was said to be the same is the same; what was said to be different, or is in one photo, is not. Beside that
    people who are known keep their faces, and no two of them are joined; they gain the faces that are like them.

    Args:
        known: the faces.
        next_person: the number of the first new person.
        least: the average similarity, -1..1, from which two groups are joined.
    """
    count = len(known.people)
    if not count:
        return known.people
    apart = np.concatenate([_in_one_photo(known.photos), known.different])
    groups = _numbered(_begin(known, np.concatenate([apart, known.loosened])))
    numbers = _kept_numbers(groups, known)  # (m,)
    into = join(grouped(known.embeddings, groups, apart, numbers > 0), least)
    clusters = into[groups]  # (n,)
    return _with_new_people(clusters, _spread(numbers, into)[clusters], next_person)


def _in_one_photo(photos: NDArray[np.intp]) -> Labels:
    """(p, 2) faces that are in the same photo."""
    starts = np.flatnonzero(np.diff(photos, prepend=-1))
    ends = np.append(starts[1:], len(photos))
    several = [
        start + np.stack(np.triu_indices(end - start, 1), axis=1)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if end - start > 1
    ]
    return np.concatenate([np.zeros((0, 2), np.intp), *several])


def _begin(known: Known, apart: Labels) -> Labels:
    """(n,) the groups to begin with: who was said to be the same, and people as they are, where that can be."""
    count = len(known.people)
    said = linked(count, known.same)
    order = np.flatnonzero(known.people)
    order = order[np.argsort(known.people[order], kind="stable")]
    beside = np.stack([order[:-1], order[1:]], axis=1)
    beside = beside[known.people[beside[:, 0]] == known.people[beside[:, 1]]]
    groups = linked(count, np.concatenate([known.same, beside]))
    # Faces that somebody said are the same may be in one photo: of a collage, or before a mirror.
    split = apart[(groups[apart[:, 0]] == groups[apart[:, 1]]) & (said[apart[:, 0]] != said[apart[:, 1]])]
    for group in np.unique(groups[split[:, 0]]).tolist():
        members = np.flatnonzero(groups == group)
        groups[members] = _parted(known.embeddings, said, members, split)
    return groups


def _parted(embeddings: NDArray[np.float32], said: Labels, members: Labels, apart: Labels) -> Labels:
    """The members of one group in as many groups as they must be: each is called by its first face."""
    place = np.full(len(embeddings), -1)
    place[members] = np.arange(len(members))
    inner = place[apart[(place[apart] >= 0).all(axis=1)]]
    labels = _numbered(said[members])
    groups = grouped(embeddings[members], labels, inner, np.zeros(labels.max() + 1, bool))
    return members[_firsts(join(groups, ANYHOW)[labels])]


def _kept_numbers(groups: Labels, known: Known) -> NDArray[np.int64]:
    """(m,) the person that each group is; 0 for nobody yet. Where two meet, the named or the older one stays."""
    numbers = np.zeros(groups.max() + 1, np.int64)
    people = np.unique(known.people[known.people > 0]).tolist()
    for person in sorted(people, key=lambda each: (each not in known.named, each)):
        counts = np.bincount(groups[known.people == person])
        largest = int(counts.argmax())
        numbers[largest] = numbers[largest] or person
    return numbers


def _spread(numbers: NDArray[np.int64], into: Labels) -> NDArray[np.int64]:
    """(m,) for each cluster the person in it: there is one at most."""
    spread = np.zeros(len(into), np.int64)
    np.maximum.at(spread, into, numbers)
    return spread


def _with_new_people(clusters: Labels, people: NDArray[np.int64], next_person: int) -> NDArray[np.int64]:
    """The people, with numbers for new ones of two faces or more: the largest first."""
    found, first, counts = np.unique(clusters[people == 0], return_index=True, return_counts=True)
    order = [at for at in np.lexsort((first, -counts)).tolist() if counts[at] > 1]
    numbers = dict(zip(found[order].tolist(), range(next_person, next_person + len(order)), strict=True))
    return np.array(
        [person or numbers.get(cluster, 0) for cluster, person in zip(clusters.tolist(), people.tolist(), strict=True)],
        np.int64,
    )


def _numbered(labels: Labels) -> Labels:
    """The same groups, called 0 to m - 1."""
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def _firsts(labels: Labels) -> Labels:
    """The same groups, each called by the place of its first member."""
    _, first, back = np.unique(labels, return_index=True, return_inverse=True)
    return first[back.reshape(-1)]
