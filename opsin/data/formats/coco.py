"""COCO: JSON files with pictures, classes and boxes; one file for each part. https://cocodataset.org/#format-data"""

from __future__ import annotations

import json
import mmap
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from opsin.core.errors import DataError, SourceError
from opsin.data.files import leads_out
from opsin.data.folders import PART_FOLDERS
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import MEGABYTE, XYXY, Shown, Thing, inside, listed, numbers_of, text_of
from opsin.data.formats._writing import Writing, decimal
from opsin.data.listed import Listed, Noted
from opsin.data.tables import Named
from opsin.media.limits import first_line, spoken

_MAX_BYTES = 2_000 * MEGABYTE  # the training part of COCO has 448

_KEYS = ("images", "annotations", "categories")

ROBOFLOW = "_annotations.coco.json"

_PARTS = {"train": "train", "validation": "val", "test": "test"}


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a JSON file, or a folder with such in the places where they are kept."""
    return path.suffix.lower() == ".json" if path.is_file() else bool(_files(path))


def _files(folder: Path) -> list[Path]:
    """The JSON files of a folder: those of COCO itself, those of Roboflow, or others that hold all that is needed."""
    official = [path for path in inside(folder / "annotations") if re.fullmatch(r"instances_.*\.json", path.name)]
    roboflow = [path / ROBOFLOW for path in (folder, *inside(folder)) if (path / ROBOFLOW).is_file()]
    if official or roboflow:
        return official or roboflow
    others = [*inside(folder / "annotations"), *inside(folder)]
    return [path for path in others if path.suffix.lower() == ".json" and _holds_all(path)]


def _holds_all(path: Path) -> bool:
    """Whether the words stand anywhere in the file; nothing is parsed."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return all(text.find(f'"{key}"'.encode()) >= 0 for key in _KEYS)


def read(path: Path, asked: Asked) -> Listed:
    """The pictures and boxes of a JSON file, or of all in a folder; their names say which part each is.

    Classes stay in the order of their ids. Boxes are left, top, width, height; `iscrowd` and `area` are kept.

    Raises:
        SourceError: when a file is no such JSON.
        DataError: when something in it is not what it must be; the message names file and element.
    """
    root = _root(path)
    documents = [_document(file) for file in ([path] if path.is_file() else _files(path))]
    names = list(dict.fromkeys(name for each in documents for name in each.classes.values()))
    noted = [note for each in documents for note in each.noted]
    # Who names one file wants what is in it, whatever it was for.
    shown = [one for each in documents for one in _shown(each, root, "" if path.is_file() else _part(each.path))]
    return listed(path, root, shown, noted, names)


def _root(path: Path) -> Path:
    """The folder of the data."""
    if path.is_dir():
        return path
    return path.parent.parent if path.parent.name == "annotations" else path.parent


@dataclass(frozen=True, eq=False)
class _Document:
    """One JSON file, checked.

    Attributes:
        path: of the file.
        images: what is written about each picture, by its id.
        classes: names by their ids, in the order of the ids.
        things: by the id of their picture.
        noted: things of unknown pictures or classes, which are left out.
    """

    path: Path
    images: Mapping[Any, Any]
    classes: Mapping[Any, str]
    things: Mapping[Any, Sequence[Thing]]
    noted: Sequence[Noted]


def _document(path: Path) -> _Document:
    told = _parsed(path)
    images = {_at(each, "id", f"{spoken(path)}: a picture"): each for each in told["images"]}
    labels = _classes(told, spoken(path))
    things: dict[Any, list[Thing]] = defaultdict(list)
    noted = []
    for each in told["annotations"]:
        where = f"{spoken(path)}: annotation {_at(each, 'id', f'{spoken(path)}: an annotation')}"
        image, label = (_at(each, key, where) for key in ("image_id", "category_id"))
        unknown = [("picture", image)] * (image not in images) + [("class", label)] * (label not in labels)
        if unknown:
            noted.append(Noted("unknown", f"{where}: there is no {unknown[0][0]} with the id {unknown[0][1]!r:.50}"))
        else:
            things[image].append(_thing(each, labels[label], where))
    return _Document(path, images, labels, things, noted)


def _thing(annotation: Mapping[str, Any], label: str, where: str) -> Thing:
    area = annotation.get("area")
    return Thing(
        _xyxy_from_coco(_at(annotation, "bbox", where), where),
        label,
        bool(annotation.get("iscrowd")),
        None if area is None else numbers_of([area], where)[0],
    )


def _parsed(path: Path) -> dict[str, list[Any]]:
    try:
        told = json.loads(text_of(path, _MAX_BYTES))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{spoken(path)} is no JSON that can be read: {first_line(error)}.") from error
    missing = [key for key in _KEYS if not isinstance(told, dict) or not isinstance(told.get(key), list)]
    if missing:
        raise SourceError(
            f"{spoken(path)} is no COCO file with boxes: it has no list {' and none '.join(missing)}. "
            "Give one such as instances_train.json."
        )
    return {key: told[key] for key in _KEYS}


def _at(values: Any, key: str, where: str) -> Any:
    """The value of a key, which must be there, and simple where it is an id."""
    value = values.get(key) if isinstance(values, dict) else None
    if value is None or (key != "bbox" and isinstance(value, dict | list)):
        raise DataError(f"{where} has no {key}. Mend the file.")
    return value


def _classes(told: Mapping[str, list[Any]], where: str) -> dict[Any, str]:
    """Names by ids. What Roboflow writes above all classes, and nothing belongs to, is none."""
    ids = {_at(each, "id", f"{where}: a category"): each for each in told["categories"]}
    above = {str(each.get("supercategory")) for each in told["categories"]}
    used = {each.get("category_id") for each in told["annotations"] if isinstance(each, dict)}
    order = sorted(ids, key=lambda number: (not isinstance(number, int), number if isinstance(number, int) else 0))
    names = {number: str(_at(ids[number], "name", f"{where}: category {number}")) for number in order}
    is_roboflow = "none" in above
    return {
        number: name for number, name in names.items() if not (is_roboflow and name in above and number not in used)
    }


def _xyxy_from_coco(box_coco: Any, where: str) -> XYXY:
    """left, top, width, height -> x0, y0, x1, y1, in float64 so that no decimal is lost on the way."""
    if not isinstance(box_coco, list) or len(box_coco) != 4:
        raise DataError(f"{where}: bbox must be left, top, width and height; got {box_coco!r:.60}. Mend the file.")
    left, top, width, height = numbers_of(box_coco, where)
    return left, top, left + width, top + height


def _shown(document: _Document, root: Path, part: str) -> Iterator[Shown]:
    names = {number: _name(each, document.path) for number, each in document.images.items()}
    folder = _folder(root, document.path, list(names.values()))
    for number, each in document.images.items():
        height, width = each.get("height"), each.get("width")
        size = (height, width) if isinstance(height, int) and isinstance(width, int) else None
        yield Shown(f"{folder}{names[number]}", part, document.things.get(number, ()), size)


def _name(image: Any, file: Path) -> str:
    name = str(_at(image, "file_name", f"{spoken(file)}: picture {image['id']}")).replace("\\", "/")
    if leads_out(name):
        raise DataError(f"{spoken(file)}: {name!r} leads out of the folder. Write paths from the folder of the data.")
    return name.removeprefix("./")


def _part(file: Path) -> str:
    """Which part a file is of, by a word in its name or else by its folder: instances_val2017.json is validation."""
    return PART_FOLDERS.get(_word(file), "")


def _word(file: Path) -> str:
    words = [*re.split(r"[^a-z]+", file.stem.lower()), file.parent.name.lower()]
    return next((word for word in words if word in PART_FOLDERS), "")


def _folder(root: Path, file: Path, names: Sequence[str]) -> str:
    """What stands before the names of a file's pictures: the first of the usual folders that has any of them."""
    own, word = file.stem.removeprefix("instances_"), _word(file)
    beside = "" if file.parent == root else file.parent.relative_to(root).as_posix()
    usual = (beside, own, f"images/{own}", word, f"images/{word}", "images", "JPEGImages", "")
    folders = [f"{each}/" if each else "" for each in usual]
    return next((each for name in names for each in folders if (root / each / name).is_file()), "")


def write(writing: Writing) -> None:
    """annotations/instances_PART.json, and the pictures of each part in a folder of that name."""
    data = writing.data
    for part, name in _PARTS.items():
        chosen = [index for index in range(len(data)) if data.parts[index] == part]
        if chosen:
            path = writing.folder / "annotations" / f"instances_{name}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(_plain(writing, chosen, name), ensure_ascii=False), encoding="utf-8")


def _plain(writing: Writing, chosen: Sequence[int], folder: str) -> dict[str, Any]:
    images, annotations = [], []
    for number, index in enumerate(chosen, start=1):
        writing.put(index, folder)
        (height, width), name = writing.sizes[index], writing.names[index]
        images.append({"id": number, "file_name": name, "height": height, "width": width})
        annotations += [{"image_id": number, **each} for each in _annotations(writing, index)]
    labels = writing.data.labels
    return {
        "images": images,
        "annotations": [{"id": number, **each} for number, each in enumerate(annotations, start=1)],
        "categories": [{"id": number, "name": label} for number, label in enumerate(labels, start=1)],
    }


def _annotations(writing: Writing, index: int) -> Iterator[dict[str, Any]]:
    things = writing.things(index)
    columns = (things.boxes, things.labels, things.is_crowd, things.areas)
    for box, label, crowd, area in zip(*(each for each in columns if each is not None), strict=True):
        x0, y0, x1, y1 = (Decimal(decimal(value)) for value in box)
        yield {
            "category_id": int(label) + 1,
            # Differences of decimals: in binary 269.76 - 60.72 would be 209.04000000000002.
            "bbox": [float(value) for value in (x0, y0, x1 - x0, y1 - y0)],
            "area": float(area),
            "iscrowd": int(crowd),
        }


FORMATS.add(
    "coco",
    Format(
        name="coco",
        summary="COCO (a JSON file, or a folder with annotations/instances_*.json)",
        lacks="groups",
        recognises=recognises,
        read=read,
        write=write,
    ),
)
