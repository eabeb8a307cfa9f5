"""A JSON file as COCO writes it: where it is, what must be in it, and where its pictures are."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from opsin.core.errors import DataError, SourceError
from opsin.data.files import leads_out
from opsin.data.folders import PART_FOLDERS
from opsin.data.formats._reading import MEGABYTE, inside, json_of
from opsin.data.formats._writing import Writing
from opsin.data.tables import Named
from opsin.media.limits import spoken

_MAX_BYTES = 2_000 * MEGABYTE  # the training part of COCO has 448

_KEYS = ("images", "annotations", "categories")

ROBOFLOW = "_annotations.coco.json"

PARTS = {"train": "train", "validation": "val", "test": "test"}
"""How COCO calls the parts."""


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a JSON file, but one of captions, or a folder with such in the places where they are kept."""
    if path.is_dir():
        return bool(files(path))
    if path.suffix.lower() != ".json":
        return False
    return mentions(path, *_KEYS) or not (mentions(path, "captions") or mentions(path, "caption"))


def files(folder: Path) -> list[Path]:
    """The JSON files of a folder: those of COCO itself, those of Roboflow, or others that hold all that is needed."""
    official = [path for path in inside(folder / "annotations") if re.fullmatch(r"instances_.*\.json", path.name)]
    roboflow = [path / ROBOFLOW for path in (folder, *inside(folder)) if (path / ROBOFLOW).is_file()]
    if official or roboflow:
        return official or roboflow
    others = [*inside(folder / "annotations"), *inside(folder)]
    return [path for path in others if path.suffix.lower() == ".json" and mentions(path, *_KEYS)]


def mentions(path: Path, *keys: str) -> bool:
    """Whether all of these stand anywhere in the file, as words in quotes; nothing is parsed."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return all(text.find(f'"{key}"'.encode()) >= 0 for key in keys)


def root_of(path: Path) -> Path:
    """The folder of the data."""
    if path.is_dir():
        return path
    return path.parent.parent if path.parent.name == "annotations" else path.parent


def parsed(path: Path, keys: Sequence[str] = _KEYS) -> dict[str, list[Any]]:
    """Its pictures, annotations and categories, each a list.

    Args:
        path: of the file.
        keys: what must be in it, where that is less.

    Raises:
        SourceError: when it is no such JSON.
    """
    told = json_of(path, _MAX_BYTES)
    missing = [key for key in keys if not isinstance(told, dict) or not isinstance(told.get(key), list)]
    if missing:
        raise SourceError(
            f"{spoken(path)} is no COCO file: it has no list {' and none '.join(missing)}. "
            "Give one such as instances_train.json."
        )
    return {key: told[key] for key in keys}


def at(values: Any, key: str, where: str) -> Any:
    """The value of a key, which must be there, and simple where it is an id."""
    value = values.get(key) if isinstance(values, dict) else None
    if value is None or (key != "bbox" and isinstance(value, dict | list)):
        raise DataError(f"{where} has no {key}. Mend the file.")
    return value


def classes_of(told: Mapping[str, list[Any]], where: str) -> dict[Any, str]:
    """Names by ids. What Roboflow writes above all classes, and nothing belongs to, is none."""
    ids = {at(each, "id", f"{where}: a category"): each for each in told["categories"]}
    above = {str(each.get("supercategory")) for each in told["categories"]}
    used = {each.get("category_id") for each in told["annotations"] if isinstance(each, dict)}
    order = sorted(ids, key=lambda number: (not isinstance(number, int), number if isinstance(number, int) else 0))
    names = {number: str(at(ids[number], "name", f"{where}: category {number}")) for number in order}
    is_roboflow = "none" in above
    return {
        number: name for number, name in names.items() if not (is_roboflow and name in above and number not in used)
    }


def name_of(image: Any, file: Path) -> str:
    """The path of a picture, as it is written.

    Raises:
        DataError: when it leads out of the folder.
    """
    name = str(at(image, "file_name", f"{spoken(file)}: picture {image['id']}")).replace("\\", "/")
    if leads_out(name):
        raise DataError(f"{spoken(file)}: {name!r} leads out of the folder. Write paths from the folder of the data.")
    return name.removeprefix("./")


def part_of(file: Path) -> str:
    """Which part a file is of, by a word in its name or else by its folder: instances_val2017.json is validation."""
    return PART_FOLDERS.get(_word(file), "")


def _word(file: Path) -> str:
    words = [*re.split(r"[^a-z]+", file.stem.lower()), file.parent.name.lower()]
    return next((word for word in words if word in PART_FOLDERS), "")


def folder_of(root: Path, file: Path, names: Sequence[str]) -> str:
    """What stands before the names of a file's pictures: the first of the usual folders that has any of them."""
    own, word = file.stem.removeprefix("instances_").removeprefix("captions_"), _word(file)
    beside = "" if file.parent == root else file.parent.relative_to(root).as_posix()
    usual = (beside, own, f"images/{own}", word, f"images/{word}", "images", "JPEGImages", "")
    folders = [f"{each}/" if each else "" for each in usual]
    return next((each for name in names for each in folders if (root / each / name).is_file()), "")


Annotated = Callable[[Writing, int], Iterable[Mapping[str, Any]]]
"""The annotations of a picture by its number, but for their own numbers and the picture's."""


def write_parts(writing: Writing, annotated: Annotated, labels: Sequence[str], but: str | None = None) -> None:
    """annotations/instances_PART.json, and the pictures of each part in a folder of that name.

    Args:
        writing: what is to be written.
        annotated: what is said of each picture.
        labels: the classes, numbered from 1.
        but: the one of them that is none in COCO.
    """
    parts = writing.data.parts
    classes = [{"id": number, "name": label} for number, label in enumerate(labels, start=1) if label != but]
    for part, name in PARTS.items():
        chosen = [index for index in range(len(parts)) if parts[index] == part]
        if chosen:
            path = writing.folder / "annotations" / f"instances_{name}.json"
            path.parent.mkdir(exist_ok=True)
            plain = {**_listed(writing, chosen, name, annotated), "categories": classes}
            path.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")


def _listed(writing: Writing, chosen: Sequence[int], folder: str, annotated: Annotated) -> dict[str, Any]:
    images, annotations = list[Mapping[str, Any]](), list[Mapping[str, Any]]()
    for number, index in enumerate(chosen, start=1):
        writing.put(index, folder)
        (height, width), name = writing.sizes[index], writing.names[index]
        images.append({"id": number, "file_name": name, "height": height, "width": width})
        annotations += [{"image_id": number, **each} for each in annotated(writing, index)]
    return {"images": images, "annotations": [{"id": at, **each} for at, each in enumerate(annotations, start=1)]}
