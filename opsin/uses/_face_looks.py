"""The largest face of each of many photos, and what kept it from being seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.engine.stream import Answer, answers
from opsin.media.limits import DEFAULT_LIMITS
from opsin.media.reading import picture
from opsin.metrics.pairs import NEVER
from opsin.store.progress import Progress
from opsin.tasks import TASKS
from opsin.tasks.faces import Faces, FacesOptions
from opsin.uses._gallery_photos import largest_of


@dataclass(frozen=True)
class Looks:
    """What was seen in each photo.

    Attributes:
        embeddings: (d,) of the largest face, by the photo's name.
        without_face: photos in which no face was found.
        unreadable: why a photo could not be read, by its name.
    """

    embeddings: Mapping[str, NDArray[np.float32]]
    without_face: tuple[str, ...]
    unreadable: Mapping[str, str]

    def similarity(self, first: str, second: str) -> float:
        """The cosine of the faces of two photos; `NEVER` where one was not found."""
        one, other = self.embeddings.get(first), self.embeddings.get(second)
        return NEVER if one is None or other is None else float(np.clip(one @ other, -1, 1))


def look_at(names: Sequence[str], root: Path, model: str, progress: Progress) -> Looks:
    """Looks for faces in every photo, on every core; what cannot be read does not stop the others.

    Args:
        names: paths from `root`, each once.
        root: a folder.
        model: finds and embeds faces.
        progress: is told how many photos have been looked at.

    Raises:
        WeightsError: when the model's weights cannot be had.
    """
    embeddings: dict[str, NDArray[np.float32]] = {}
    without: list[str] = []
    unreadable: dict[str, str] = {}
    for number, (name, answer) in enumerate(_answered(names, root, model), start=1):
        progress("photos", number, len(names))
        if answer.result is None:
            unreadable[name] = str(answer.error)
        elif (embedding := _largest(answer.result)) is None:
            without.append(name)
        else:
            embeddings[name] = embedding
    return Looks(embeddings, tuple(without), unreadable)


def _answered(names: Sequence[str], root: Path, model: str) -> Iterator[tuple[str, Answer[Faces]]]:
    items = (picture(root / name, str(root / name), DEFAULT_LIMITS) for name in names)
    yield from zip(names, answers(TASKS.get("faces"), items, FacesOptions(model=model)), strict=True)


def _largest(faces: Faces) -> NDArray[np.float32] | None:
    """The embedding (d,) of the largest face; None where there is no face."""
    if faces.embeddings is None or not len(faces.scores):
        return None
    embedding: NDArray[np.float32] = faces.embeddings[largest_of(faces)]
    return embedding
