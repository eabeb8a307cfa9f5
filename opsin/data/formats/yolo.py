"""YOLO: a text file for each picture, with class numbers and boxes as shares of it, and a data.yaml that names all.

https://docs.ultralytics.com/datasets/detect/
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from opsin.core.errors import DataError, SourceError
from opsin.core.image import Size
from opsin.data.files import Files, leads_out
from opsin.data.folders import PART_FOLDERS
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import (
    MEGABYTE,
    XYXY,
    Shown,
    Thing,
    begins_with,
    inside,
    listed,
    numbers_of,
    pictures_in,
    sizes_of,
    text_of,
)
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed, Noted
from opsin.data.tables import Named
from opsin.media.limits import first_line, spoken

logger = logging.getLogger("opsin")

_MAX_BYTES = 10 * MEGABYTE

DATA = "data.yaml"

_PARTS = {"train": "train", "validation": "val", "test": "test"}


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a YAML file, or a folder with one that names classes."""
    return path.suffix.lower() in (".yaml", ".yml") if path.is_file() else _yaml(path) is not None


def _yaml(folder: Path) -> Path | None:
    """data.yaml, or the only one that speaks of classes and pictures to learn from."""
    if (folder / DATA).is_file():
        return folder / DATA
    found = [path for path in inside(folder) if path.suffix in (".yaml", ".yml") and path.is_file()]
    found = [path for path in found if begins_with(path, b"names:", b"train:", within=MEGABYTE)]
    return found[0] if len(found) == 1 else None


def read(path: Path, asked: Asked) -> Listed:
    """The pictures that a data.yaml names, with the boxes in the text files that belong to them.

    A picture without a text file shows nothing; a polygon becomes the box around it. Boxes are shares of the upright
    picture, so the size of each picture is looked up.

    Raises:
        SourceError: when the file is no such YAML.
        DataError: when a line is not what it must be; the message names file and line.
    """
    file = path if path.is_file() else (_yaml(path) or path / DATA)
    told = _parsed(file)
    names = _names(told, spoken(file))
    noted: list[Noted] = []
    parts: dict[str, str] = {}
    for name, part in _pictures(told, file):
        if parts.setdefault(name, part) != part:
            noted.append(Noted("leak", f"{spoken(name)} in {parts[name]} and {part}"))
    pictures = Files(file.parent, tuple(parts))
    shown = [
        Shown(name, parts[name], list(_things(file.parent / _beside(name), size, names, noted)) if size else ())
        for name, size in zip(parts, sizes_of(pictures, asked.progress), strict=True)
    ]
    return listed(path, file.parent, shown, noted, names)


def _parsed(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        told = yaml.safe_load(text_of(path, _MAX_BYTES))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{spoken(path)} is no YAML that can be read: {first_line(error)}.") from error
    if not isinstance(told, dict):
        raise SourceError(f"{spoken(path)} must hold the keys train, val and names; got {type(told).__name__}.")
    return told


def _names(told: Mapping[str, Any], where: str) -> list[str]:
    """The classes in the order of their numbers; a mapping may leave numbers out."""
    names = told.get("names", told.get("nc"))
    if isinstance(names, int):
        names = [str(number) for number in range(min(names, 100_000))]
    if isinstance(names, dict) and all(isinstance(number, int) and 0 <= number < 100_000 for number in names):
        names = [names.get(number, f"class {number}") for number in range(max(names, default=-1) + 1)]
    if not isinstance(names, list) or any(isinstance(name, dict | list) for name in names):
        raise SourceError(
            f"{where}: names must be a list of classes, or their names by their numbers; got {names!r:.60}."
        )
    if len(set(names)) < len(names):
        raise SourceError(f"{where}: two classes have one name. Rename one.")
    return [str(name) for name in names]


def _pictures(told: Mapping[str, Any], file: Path) -> Iterator[tuple[str, str]]:
    """Names of pictures, from the folder of the YAML file, with their parts."""
    root = file.parent
    starts = [root, *(_led(root, told["path"]) if isinstance(told.get("path"), str) else [])]
    for key, part in PART_FOLDERS.items():
        entries = told.get(key)
        for entry in entries if isinstance(entries, list) else [entries] if entries else []:
            place = next((found for start in starts[::-1] for found in _led(start, str(entry)) if found.exists()), None)
            if place is None:
                raise DataError(
                    f"{spoken(file)}: {key} is {str(entry)!r}, and nothing of that name is in {spoken(root)}. "
                    "Put the pictures there, or mend the path."
                )
            for name in _inside(place, root, file):
                yield name, part


def _led(start: Path, entry: str) -> list[Path]:
    """Where a path may lead, inside the folder that it starts from.

    Many files say ../train/images for what lies beside them, or where the data was on somebody's machine: as all
    readers of the format do, the way out is passed over.
    """
    path = PurePosixPath(entry.replace("\\", "/"))
    if path.is_absolute() and Path(entry).resolve().is_relative_to(start.resolve()):
        return [start / Path(entry).resolve().relative_to(start.resolve())]
    steps = [step for step in path.parts if step not in ("..", "/")]
    return [] if leads_out(entry) and path.is_absolute() else [start.joinpath(*steps)]


def _inside(place: Path, root: Path, file: Path) -> Iterator[str]:
    """The pictures of a folder, or those that a text file lists."""
    if place.is_dir():
        yield from pictures_in(place, root)
        return
    for number, line in enumerate(text_of(place, _MAX_BYTES * 10).splitlines(), start=1):
        name = line.strip().replace("\\", "/").removeprefix("./")
        if name and leads_out(name):
            raise DataError(f"{spoken(place)}: line {number}: {name!r} leads out of {spoken(root)}.")
        if name:
            start = place.parent if (place.parent / name).is_file() else root
            yield (start / name).relative_to(root).as_posix()


def _beside(name: str) -> str:
    """Where the text file of a picture is: in labels where the picture is in images, else beside it.

    >>> _beside("images/train/a.b.jpg"), _beside("all/a.jpg")
    ('labels/train/a.b.txt', 'all/a.txt')
    """
    steps = list(PurePosixPath(name).with_suffix(".txt").parts)
    for place in range(len(steps) - 2, -1, -1):
        if steps[place] == "images":
            steps[place] = "labels"
            break
    return "/".join(steps)


def _things(path: Path, size: Size, names: Sequence[str], noted: list[Noted]) -> Iterator[Thing]:
    if not path.is_file():
        return
    for number, line in enumerate(text_of(path, _MAX_BYTES).splitlines(), start=1):
        where = f"{spoken(path)}: line {number}"
        if values := numbers_of(line.split(), where):
            if len(values) != 5 and (len(values) < 7 or len(values) % 2 == 0):
                raise DataError(
                    f"{where} has {len(values)} numbers; it must have 5 (class, x, y, width, height), "
                    "or the class and the corners of a polygon. Mend the line."
                )
            label = int(values[0])
            if label != values[0] or not 0 <= label < len(names):
                noted.append(Noted("unknown", f"{where}: there is no class {values[0]:g}, only 0 to {len(names) - 1}"))
                continue
            yield Thing(_xyxy_from_yolo(values[1:], size), names[label])


def _xyxy_from_yolo(values: Sequence[float], size: Size) -> XYXY:
    """Middle and sides, or the corners of a polygon, as shares of a picture (height, width) -> x0, y0, x1, y1.

    >>> _xyxy_from_yolo([0.5, 0.5, 0.5, 0.5], (100, 200)), _xyxy_from_yolo([0, 0, 1, 0, 0, 1], (100, 200))
    ((50.0, 25.0, 150.0, 75.0), (0, 0, 200, 100))
    """
    height, width = size
    if len(values) > 4:
        return (
            min(values[::2]) * width,
            min(values[1::2]) * height,
            max(values[::2]) * width,
            max(values[1::2]) * height,
        )
    x, y, wide, high = values
    return (x - wide / 2) * width, (y - high / 2) * height, (x + wide / 2) * width, (y + high / 2) * height


def _yolo_from_xyxy(box: Any, size: Size) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 -> middle and sides, as shares of a picture (height, width)."""
    height, width = size
    x0, y0, x1, y1 = (float(value) for value in box)
    return (x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height


def write(writing: Writing) -> None:
    """data.yaml, images/PART with the pictures and labels/PART with their text files. Crowds are left out."""
    import yaml

    parts = {part: name for part, name in _PARTS.items() if part in writing.data.parts}
    left_out = 0
    for index in range(len(writing.data)):
        part = parts[str(writing.data.parts[index])]
        name = writing.put(index, f"images/{part}")
        path = writing.folder / _beside(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(_lines(writing, index)), encoding="utf-8")
        left_out += int(np.asarray(writing.things(index).is_crowd).sum())
    if left_out:
        logger.warning("%d boxes around crowds are left out: YOLO would take each for one thing.", left_out)
    folders = {name: f"images/{name}" for name in parts.values()}
    told = {"path": ".", **folders, "names": dict(enumerate(writing.data.labels))}
    (writing.folder / DATA).write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _lines(writing: Writing, index: int) -> Iterator[str]:
    things = writing.things(index)
    things = things.take(np.flatnonzero(~np.asarray(things.is_crowd)))
    for box, label in zip(things.boxes, things.labels, strict=True):
        numbers = _yolo_from_xyxy(box, writing.sizes[index])
        yield f"{label} {' '.join(f'{number:.12g}' for number in numbers)}\n"


FORMATS.add(
    "yolo",
    Format(
        name="yolo",
        summary="YOLO (a data.yaml, or the folder with it)",
        lacks="boxes around crowds, which are left out; areas of masks; groups",
        recognises=recognises,
        read=read,
        write=write,
    ),
)
