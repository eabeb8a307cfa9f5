"""COCO with masks: the same JSON files as for boxes, of which the outlines and runs are read."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opsin.core.coco_runs import coco_from_runs, runs_from_coco
from opsin.core.errors import DataError, InputError
from opsin.core.image import Size
from opsin.core.polygons import runs_from_polygons
from opsin.core.runs import areas, boxes_around, checked_size, mask_from_runs, runs_from_mask
from opsin.data.files import Files
from opsin.data.formats._coco_file import (
    at,
    classes_of,
    files,
    folder_of,
    name_of,
    parsed,
    part_of,
    recognises,
    root_of,
    write_parts,
)
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._mask_layout import Layout, Pair
from opsin.data.formats._mask_reading import BACKGROUND, listed_masks, map_digest
from opsin.data.formats._mask_writing import region
from opsin.data.formats._reading import numbers_of, size_of
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed, Noted
from opsin.data.regions import IGNORED, LabelMap
from opsin.media.limits import spoken


class Outlined(NamedTuple):
    """One thing as it is written.

    Attributes:
        label: the name of its class.
        outline: polygons or runs, as they stand in the file; None where only a box is known.
        box_coco: left, top, width, height; None where none is written.
        is_crowd: whether it is many things at once.
        where: file and element, for messages.
    """

    label: str
    outline: Any
    box_coco: Any
    is_crowd: bool
    where: str


@dataclass(frozen=True, eq=False)
class CocoMasks:
    """The things of one picture.

    Attributes:
        things: in the order of the file.
        numbers: of the classes, by their names.
        size: (height, width) of the picture.
    """

    things: Sequence[Outlined]
    numbers: Mapping[str, int]
    size: Size

    def map(self) -> LabelMap:
        """(h, w) class numbers, 0 where nothing is; of things that overlap, the smaller one is on top.

        Of crowds nothing is said, nor of things of which only a box is known; all others lie on these.

        Raises:
            DataError: when an outline is none.
        """
        laid = np.zeros(self.size, np.uint8)
        marked = [(each, _mask(each, self.size)) for each in self.things]
        for _, mask in (each for each in marked if _is_unsaid(each[0])):
            laid[mask] = IGNORED
        said = [(self.numbers[each.label], mask) for each, mask in marked if not _is_unsaid(each)]
        for number, mask in sorted(said, key=lambda each: -int(each[1].sum())):
            laid[mask] = number
        return laid

    def digest(self) -> bytes:
        """SHA-256 of the map."""
        return map_digest(self.map())


def _is_unsaid(thing: Outlined) -> bool:
    return thing.is_crowd or not thing.outline


def _mask(thing: Outlined, size: Size) -> NDArray[np.bool_]:
    """(h, w) where a thing is. An outline within another one cuts a hole."""
    try:
        if not thing.outline:
            return _inside(thing, size)
        if isinstance(thing.outline, dict):
            return mask_from_runs(runs_from_coco(thing.outline, size))
        return mask_from_runs(runs_from_polygons(thing.outline, size, keeps_holes=True))
    except InputError as error:
        raise DataError(f"{thing.where} ({spoken(thing.label)}): {error}") from error


def _inside(thing: Outlined, size: Size) -> NDArray[np.bool_]:
    """(h, w) the inside of a box, to whole pixels."""
    box = thing.box_coco
    if not isinstance(box, list) or len(box) != 4:
        raise DataError(f"{thing.where} ({spoken(thing.label)}) has neither a segmentation nor a bbox. Mend the file.")
    left, top, width, height = numbers_of(box, thing.where)
    rows, columns = np.arange(size[0])[:, None] + 0.5, np.arange(size[1]) + 0.5
    found: NDArray[np.bool_] = (rows >= top) & (rows <= top + height) & (columns >= left) & (columns <= left + width)
    return found


def read(path: Path, asked: Asked) -> Listed:
    """The pictures of a JSON file, or of all in a folder, with a map of what they show.

    The first class is the background; the others stay in the order of their ids.

    Raises:
        SourceError: when a file is no such JSON.
        DataError: when something in it is not what it must be, or nothing in it has an outline.
    """
    root = root_of(path)
    documents = [_document(file, root, path.is_file()) for file in ([path] if path.is_file() else files(path))]
    told = {one.name: one for each in documents for one in each.pictures}
    if not any(thing.outline for one in told.values() for thing in one.things):
        raise DataError(f"{spoken(path)}: nothing in it has a segmentation. Where it has boxes, it is for detection.")
    names = dict.fromkeys(name for each in documents for name in each.labels if name != BACKGROUND)
    listed = _listed(root, told, (BACKGROUND, *names), asked)
    noted = [note for each in documents for note in each.noted]
    return dataclasses.replace(listed, source=path, noted=(*noted, *listed.noted))


@dataclass(frozen=True)
class _Picture:
    """What is written about one picture.

    Attributes:
        name: its path from the folder of the data.
        part: "train", "validation", "test", or "" where nothing is said.
        file: the JSON file.
        things: what is in it.
        size: (height, width), where it is written down.
    """

    name: str
    part: str
    file: str
    things: Sequence[Outlined]
    size: Size | None


@dataclass(frozen=True)
class _Document:
    """One JSON file: its classes, its pictures, and what in it belongs to no picture or no class."""

    labels: Sequence[str]
    pictures: Sequence[_Picture]
    noted: Sequence[Noted]


def _document(file: Path, root: Path, is_alone: bool) -> _Document:
    told = parsed(file)
    images = {at(each, "id", f"{spoken(file)}: a picture"): each for each in told["images"]}
    labels = classes_of(told, spoken(file))
    things: dict[Any, list[Outlined]] = defaultdict(list)
    noted = []
    for each in told["annotations"]:
        where = f"{spoken(file)}: annotation {at(each, 'id', f'{spoken(file)}: an annotation')}"
        image, label = (at(each, key, where) for key in ("image_id", "category_id"))
        if image in images and label in labels:
            things[image].append(_outlined(each, labels[label], where))
        else:
            noted.append(Noted("unknown", f"{where}: there is no picture {image!r:.50} or no class {label!r:.50}"))
    names = {number: name_of(each, file) for number, each in images.items()}
    folder, part = folder_of(root, file, list(names.values())), "" if is_alone else part_of(file)
    pictures = [
        _Picture(f"{folder}{names[number]}", part, str(file), things[number], _size(each))
        for number, each in images.items()
    ]
    return _Document(list(labels.values()), pictures, noted)


def _outlined(told: Mapping[str, Any], label: str, where: str) -> Outlined:
    return Outlined(label, told.get("segmentation"), told.get("bbox"), bool(told.get("iscrowd")), where)


def _size(image: Mapping[str, Any]) -> Size | None:
    height, width = image.get("height"), image.get("width")
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None


def _listed(root: Path, told: Mapping[str, _Picture], labels: Sequence[str], asked: Asked) -> Listed:
    """The pictures that are there, with their maps."""
    numbers = {label: number for number, label in enumerate(labels)}
    here = {name: one for name, one in told.items() if (root / name).is_file()}
    lacking = [Noted("missing", spoken(name)) for name in told if name not in here]
    if not here:
        first = f"; the first is {lacking[0].said}" if lacking else ""
        raise DataError(
            f"None of the {len(told)} pictures is in {spoken(root)}{first}. "
            "Put the pictures where the file says, or give the folder that holds both."
        )

    def painted(pair: Pair) -> CocoMasks:
        one = here[pair.picture]
        size = one.size or size_of(Files(root, (one.name,)), 0)
        if size is None:
            raise DataError(f"{spoken(one.name)} cannot be read, and its size is not written down. Get a fresh copy.")
        try:
            # A file may say any size, and a map of it would be made.
            return CocoMasks(one.things, numbers, checked_size(size))
        except InputError as error:
            raise DataError(f"{spoken(one.file)}: {spoken(one.name)}: {error}") from error

    pairs = tuple(Pair(name, one.part, {"": one.file}) for name, one in here.items())
    listed = listed_masks(root, Layout(pairs, (), ()), painted, labels, asked.progress)
    return dataclasses.replace(listed, noted=(*lacking, *listed.noted))


def write(writing: Writing) -> None:
    """annotations/instances_PART.json with the runs of each class, and the pictures in a folder of each part.

    Each class of a picture is one thing; what is ignored is a crowd.
    """
    write_parts(writing, _annotations, writing.data.labels, but=BACKGROUND)


def _annotations(writing: Writing, index: int) -> Iterator[dict[str, Any]]:
    laid, labels = region(writing, index).map(), writing.data.labels
    of_a_class = next((at for at, label in enumerate(labels) if label != BACKGROUND), 0) + 1
    for number in np.unique(laid).tolist():
        if number != IGNORED and labels[number] == BACKGROUND:
            continue
        runs = runs_from_mask(laid == number)
        left, top, right, bottom = boxes_around([runs])[0].tolist()
        yield {
            # Each must be of a class; of a crowd it does not matter which.
            "category_id": of_a_class if number == IGNORED else number + 1,
            "segmentation": coco_from_runs(runs),
            "bbox": [left, top, right - left, bottom - top],
            "area": int(areas([runs])[0]),
            "iscrowd": int(number == IGNORED),
        }


FORMATS.add(
    "coco_masks",
    Format(
        name="coco_masks",
        summary="COCO with masks (a JSON file, or a folder with annotations/instances_*.json)",
        lacks='groups; and where the first class is not "background", one is put before it',
        recognises=recognises,
        read=read,
        write=write,
        task="segmentation",
    ),
)
