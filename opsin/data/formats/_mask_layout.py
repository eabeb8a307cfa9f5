"""Which picture of a folder a mask belongs to: what both paths say, once the words for "picture" and "mask" are out.

So `train/images/a.jpg` meets `train/masks/a.png`, `JPEGImages/a.jpg` meets `SegmentationClass/a.png`, `train/a.png`
meets `trainannot/a.png`, and `a.jpg` meets `a_mask.png`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from opsin.core.errors import DataError
from opsin.data.folders import PART_FOLDERS
from opsin.data.formats._reading import inside, pictures_in, text_of
from opsin.media.limits import spoken

PICTURES, MASKS = "images", "masks"

_PICTURES = frozenset({PICTURES, "image", "imgs", "img", "pictures", "photos", "jpegimages", "leftimg8bit", "rgb"})

_MASKS = frozenset(
    {MASKS, "mask", "labels", "label", "annotations", "annotation", "annotated", "segmentationclass", "segmentation"}
    | {"segmentations", "groundtruth", "ground_truth", "gt", "gtfine", "1st_manual", "trimaps"}
)

# Each thing in a colour of its own, and drawings for people: not what each pixel shows.
_OTHERS = frozenset({"segmentationobject", "instances", "overlays", "previews"})

_JOINED = re.compile(
    r"(train|training|val|valid|validation|test|testing)[ _-]?"
    r"(?:(images?|imgs?)|(annot|annotations?|masks?|labels?|gt))"
)

_PICTURE_ENDINGS = ("_leftImg8bit", "_image", "_img", "_sat")

_MASK_ENDINGS = (
    *("_mask", "_masks", "_label", "_labels", "_seg", "_segmentation", "_gt", "_L", "_1stHO", "_manual1"),
    "_gtFine_labelIds",
)

# Of Cityscapes: the same masks once more.
_OTHER_ENDINGS = ("_gtFine_color", "_gtFine_instanceIds", "_gtFine_labelTrainIds", "_2ndHO")

_LISTS = "ImageSets/Segmentation"

_MAX_BYTES = 10_000_000


class Pair(NamedTuple):
    """A picture, and what tells what it shows.

    Attributes:
        picture: its path from the folder of the data.
        part: "train", "validation", "test", or "" where nothing is said.
        masks: paths of its masks; by the names of the folders of classes they lie in, or by "" where there is none.
    """

    picture: str
    part: str
    masks: Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """The pictures of a folder with their masks.

    Attributes:
        pairs: those that have a mask, sorted.
        unmasked: pictures that have none.
        lone: masks that no picture belongs to.
    """

    pairs: tuple[Pair, ...]
    unmasked: tuple[str, ...]
    lone: tuple[str, ...]


class _Place(NamedTuple):
    """What a path says.

    Attributes:
        name: the path.
        key: what is left of it without words for pictures and masks, and without a suffix.
        part: as in `Pair`.
        kind: "picture", "mask", or "" where no folder says it.
    """

    name: str
    key: tuple[str, ...]
    part: str
    kind: str


def masks_laid_out(folder: Path) -> Layout:
    """The pictures in and under a folder, with their masks.

    Raises:
        DataError: when two pictures claim one mask, or two masks one picture.
    """
    places = [_place(name) for name in pictures_in(folder, folder)] if folder.is_dir() else []
    shown = _of_pictures(places)
    pictures = _keyed([each._replace(key=_bare_key(each.key, _PICTURE_ENDINGS)) for each in shown], folder)
    names = {each.name for each in shown}
    found: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    lone: list[str] = []
    for place in places:
        if place.kind in ("mask", "") and place.name not in names:
            _meet(place, pictures, found, lone, folder)
    listed = _listed_parts(folder)
    pairs = [
        Pair(place.name, place.part or listed.get(place.key[-1], ""), found[key])
        for key, place in pictures.items()
        if key in found
    ]
    return Layout(tuple(pairs), tuple(each.name for key, each in pictures.items() if key not in found), tuple(lone))


def _of_pictures(places: Sequence[_Place]) -> list[_Place]:
    """Those that are pictures: what a folder says, or else whatever is not named as the mask of another."""
    keys = {each.key for each in places if each.kind != "mask"}
    return [
        each
        for each in places
        if each.kind == "picture" or (each.kind == "" and _bare_key(each.key) not in keys - {each.key})
    ]


def _meet(
    mask: _Place,
    pictures: Mapping[tuple[str, ...], _Place],
    found: dict[tuple[str, ...], dict[str, str]],
    lone: list[str],
    folder: Path,
) -> None:
    """Put a mask to the picture that it belongs to."""
    for key in (mask.key, _bare_key(mask.key)):
        outer = ((*key[:-2], key[-1]), key[-2]) if len(key) > 1 + bool(mask.part) else (key, "")
        for taken, label in ((key, ""), outer):
            if taken in pictures:
                other = found[taken].setdefault(label, mask.name)
                if other != mask.name:
                    raise DataError(
                        f"{spoken(folder)}: {spoken(other)} and {spoken(mask.name)} are both masks of "
                        f"{spoken(pictures[taken].name)}. Take one away."
                    )
                return
    lone.append(mask.name)


def _keyed(pictures: Iterable[_Place], folder: Path) -> dict[tuple[str, ...], _Place]:
    found: dict[tuple[str, ...], _Place] = {}
    for place in pictures:
        other = found.setdefault(place.key, place)
        if other != place:
            raise DataError(
                f"{spoken(folder)}: nobody can say which of {spoken(other.name)} and {spoken(place.name)} a mask "
                "belongs to. Rename one of them, and its mask."
            )
    return found


def _place(name: str) -> _Place:
    r"""What a path says of a file.

    >>> _place("train/images/a.jpg").key == _place("train/masks/a.png").key
    True
    >>> _place("trainannot/b/a.png")
    _Place(name='trainannot/b/a.png', key=('train', 'b', 'a'), part='train', kind='mask')
    """
    path = PurePosixPath(name)
    key: list[str] = []
    part = kind = ""
    for step in path.parts[:-1]:
        said = _said(step)
        # `train/masks/train/a.png` is a mask of a train in a picture to learn from.
        if not any(said) or (part and said.part):
            key.append(step)
        else:
            kind, part = said.kind or kind, said.part or part
    if path.stem.endswith(_OTHER_ENDINGS):
        kind = "other"
    return _Place(name, (*([part] if part else []), *key, path.stem), part, kind)


def means_something(folder: str) -> bool:
    """Whether a folder of that name inside one of masks is taken for something else than a class."""
    return bool(_said(folder).kind)


class _Said(NamedTuple):
    """What the name of a folder says: a part, and "picture", "mask" or "other"; or nothing."""

    part: str = ""
    kind: str = ""


def _said(folder: str) -> _Said:
    word = folder.lower()
    if word in PART_FOLDERS:
        return _Said(PART_FOLDERS[word])
    if joined := _JOINED.fullmatch(word):
        return _Said(PART_FOLDERS[joined[1]], "picture" if joined[2] else "mask")
    kinds = {"picture": _PICTURES, "mask": _MASKS, "other": _OTHERS}
    return _Said("", next((kind for kind, words in kinds.items() if word in words), ""))


def _bare_key(key: tuple[str, ...], endings: Sequence[str] = _MASK_ENDINGS) -> tuple[str, ...]:
    """The key without an ending that says what the file is."""
    for ending in endings:
        if key[-1].endswith(ending) and len(key[-1]) > len(ending):
            return (*key[:-1], key[-1].removesuffix(ending))
    return key


def _listed_parts(folder: Path) -> dict[str, str]:
    """The part of each stem, as the lists of PASCAL VOC have it."""
    return {
        line.strip(): PART_FOLDERS[file.stem.lower()]
        for file in inside(folder / _LISTS)
        if file.suffix == ".txt" and file.stem.lower() in PART_FOLDERS
        for line in text_of(file, _MAX_BYTES).splitlines()
        if line.strip()
    }
