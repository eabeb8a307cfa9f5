"""The faces of a folder of photos: found, embedded and cut out; photos that are known already are not read again."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, SourceError
from opsin.core.image import Image
from opsin.engine.predict import options_for
from opsin.engine.stream import Answer, answers
from opsin.media.files import save_image
from opsin.media.geometry import resize
from opsin.media.item import Item
from opsin.media.sources import open_source
from opsin.store.progress import Progress
from opsin.tasks import TASKS
from opsin.tasks.faces import Faces
from opsin.uses._people_state import Photo, Stamp

CROPS = "faces"
"""The folder inside an album where faces lie, cut out."""

CROP_SIDE = 160
"""Pixels: sharp where the page shows it, and a few kilobytes each."""

AROUND = 0.25
"""How much of a face's size is shown around it on each side: hair and ears help a person to know somebody."""

STILL = 0.8
"""The similarity from which a face in a photo that was changed is the face that was there: two different photos of one
person are seldom so alike (in 1 of 20 pairs of Labelled Faces in the Wild), the same face lightened or cropped is."""

Known = Mapping[str, Photo]


@dataclass(frozen=True)
class Found:
    """One photo more was looked at.

    Attributes:
        file: its path in the folder, with "/" between its parts.
        photo: its faces; None when it could not be read.
        error: why not.
    """

    file: str
    photo: Photo | None = None
    error: InputError | None = None


def photos_in(folder: Path, album: Path) -> dict[str, Item]:
    """The photos in and under a folder by their path in it, without those that lie in the album.

    Raises:
        SourceError: when it is no folder, or holds no photos.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder} is no folder. Give a folder of photos.")
    own = album.resolve()
    found = {Path(item.source).relative_to(folder).as_posix(): item for item in open_source(folder)}
    items = {file: item for file, item in found.items() if not (folder / file).resolve().is_relative_to(own)}
    if not items:
        raise SourceError(f"{folder} holds no photos. Give a folder that does.")
    return items


def unchanged(items: Mapping[str, Item], known: Known) -> dict[str, Photo]:
    """The photos that are still as they were."""
    return {file: known[file] for file, item in items.items() if file in known and stamp(item) == known[file].stamp}


def stamp(item: Item) -> Stamp:
    """What tells a file from what it was before; zeros where it cannot be told."""
    try:
        facts = Path(item.source).stat()
    except OSError:
        return 0, 0  # reading it will say why
    return facts.st_size, facts.st_mtime_ns


def find_faces(items: Mapping[str, Item], known: Known, album: Path, model: str, progress: Progress) -> Iterator[Found]:
    """Each of the photos looked at, its faces embedded, and cut out into the album.

    Args:
        items: photos by their path.
        known: photos as they were before: a face that is still there keeps its number and its person.
        album: where crops are written to.
        model: that finds and embeds faces.
        progress: is told how many photos are done.
    """
    task = TASKS.get("faces")
    stamps = {file: stamp(item) for file, item in items.items()}
    found = answers(task, items.values(), options_for(task, {"model": model}), keeps_images=True)
    for done, (file, answer) in enumerate(zip(items, found, strict=True), start=1):
        if answer.result is None:
            yield Found(file, error=answer.error)
        else:
            photo = _carried_over(_photo(answer.result, stamps[file]), known.get(file))
            _cut_out(answer, file, photo, album)
            yield Found(file, photo)
        progress("looking for faces", done, len(items))


def _photo(faces: Faces, stamp: Stamp) -> Photo:
    count = len(faces.scores)
    embeddings = faces.embeddings if faces.embeddings is not None else np.zeros((count, 0), np.float32)
    return Photo(stamp, faces.boxes, faces.scores, embeddings, np.arange(1, count + 1), np.zeros(count, np.int64))


def _carried_over(photo: Photo, before: Photo | None) -> Photo:
    """A photo that was changed: the faces that are still there keep their numbers and people; others get new ones."""
    if before is None or not before.numbers.size:
        return photo
    alike = photo.embeddings @ before.embeddings.T if len(photo.numbers) else np.zeros((0, len(before.numbers)))
    highest = int(before.numbers.max())
    numbers, people = highest + photo.numbers, photo.people.copy()
    for now, then in enumerate(alike.argmax(axis=1).tolist()):
        if alike[now, then] >= STILL and alike[:, then].argmax() == now:
            numbers[now], people[now] = before.numbers[then], before.people[then]
    return dataclasses.replace(photo, numbers=numbers, people=people)


def crop_name(file: str, number: int, stamp: Stamp) -> str:
    """The file of a face that is cut out, in the album: another for each face, and for each version of its photo."""
    said = f"{file}#{number} {stamp}".encode(errors="surrogateescape")
    return f"{hashlib.sha256(said).hexdigest()[:20]}.jpg"


_CROP = re.compile(r"[0-9a-f]{20}\.jpg")


def remove_crops(album: Path, photos: Known) -> None:
    """Removes the crops of faces that are not in the album any more; nothing else."""
    wanted = {
        crop_name(file, number, photo.stamp) for file, photo in photos.items() for number in photo.numbers.tolist()
    }
    for path in (album / CROPS).glob("*.jpg"):
        if _CROP.fullmatch(path.name) and path.name not in wanted:
            path.unlink(missing_ok=True)


def _cut_out(answer: Answer[Faces], file: str, photo: Photo, album: Path) -> None:
    if answer.image is not None:
        for number, box in zip(photo.numbers.tolist(), photo.boxes, strict=True):
            save_image(album / CROPS / crop_name(file, number, photo.stamp), _crop(answer.image, box), quality=85)


def _crop(image: Image, box: NDArray[np.float32]) -> Image:
    """The face with a little around it, as far as the image goes; its longer side is `CROP_SIDE`."""
    middle, side = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max()) * (1 + 2 * AROUND)
    left, top = np.floor(middle - side / 2).astype(int).clip(0).tolist()
    right, bottom = np.ceil(middle + side / 2).astype(int).tolist()
    part = image[
        min(top, image.shape[0] - 1) : max(bottom, top + 1), min(left, image.shape[1] - 1) : max(right, left + 1)
    ]
    scale = CROP_SIDE / max(part.shape[:2])
    return resize(part, (max(1, round(part.shape[0] * scale)), max(1, round(part.shape[1] * scale))))
