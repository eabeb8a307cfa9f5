"""COCO: JSON files with pictures, classes and boxes; one file for each part. https://cocodataset.org/#format-data"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from opsin.core.errors import DataError
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
from opsin.data.formats._reading import XYXY, Shown, Thing, listed, numbers_of
from opsin.data.formats._writing import Writing, decimal
from opsin.data.listed import Listed, Noted
from opsin.media.limits import spoken


def read(path: Path, asked: Asked) -> Listed:
    """The pictures and boxes of a JSON file, or of all in a folder; their names say which part each is.

    Classes stay in the order of their ids. Boxes are left, top, width, height; `iscrowd` and `area` are kept.

    Raises:
        SourceError: when a file is no such JSON.
        DataError: when something in it is not what it must be; the message names file and element.
    """
    root = root_of(path)
    documents = [_document(file) for file in ([path] if path.is_file() else files(path))]
    names = list(dict.fromkeys(name for each in documents for name in each.classes.values()))
    noted = [note for each in documents for note in each.noted]
    # Who names one file wants what is in it, whatever it was for.
    shown = [one for each in documents for one in _shown(each, root, "" if path.is_file() else part_of(each.path))]
    return listed(path, root, shown, noted, names)


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
    told = parsed(path)
    images = {at(each, "id", f"{spoken(path)}: a picture"): each for each in told["images"]}
    labels = classes_of(told, spoken(path))
    things: dict[Any, list[Thing]] = defaultdict(list)
    noted = []
    for each in told["annotations"]:
        where = f"{spoken(path)}: annotation {at(each, 'id', f'{spoken(path)}: an annotation')}"
        image, label = (at(each, key, where) for key in ("image_id", "category_id"))
        unknown = [("picture", image)] * (image not in images) + [("class", label)] * (label not in labels)
        if unknown:
            noted.append(Noted("unknown", f"{where}: there is no {unknown[0][0]} with the id {unknown[0][1]!r:.50}"))
        else:
            things[image].append(_thing(each, labels[label], where))
    return _Document(path, images, labels, things, noted)


def _thing(annotation: Mapping[str, Any], label: str, where: str) -> Thing:
    area = annotation.get("area")
    return Thing(
        _xyxy_from_coco(at(annotation, "bbox", where), where),
        label,
        bool(annotation.get("iscrowd")),
        None if area is None else numbers_of([area], where)[0],
    )


def _xyxy_from_coco(box_coco: Any, where: str) -> XYXY:
    """left, top, width, height -> x0, y0, x1, y1, in float64 so that no decimal is lost on the way."""
    if not isinstance(box_coco, list) or len(box_coco) != 4:
        raise DataError(f"{where}: bbox must be left, top, width and height; got {box_coco!r:.60}. Mend the file.")
    left, top, width, height = numbers_of(box_coco, where)
    return left, top, left + width, top + height


def _shown(document: _Document, root: Path, part: str) -> Iterator[Shown]:
    names = {number: name_of(each, document.path) for number, each in document.images.items()}
    folder = folder_of(root, document.path, list(names.values()))
    for number, each in document.images.items():
        height, width = each.get("height"), each.get("width")
        size = (height, width) if isinstance(height, int) and isinstance(width, int) else None
        yield Shown(f"{folder}{names[number]}", part, document.things.get(number, ()), size)


def write(writing: Writing) -> None:
    """annotations/instances_PART.json, and the pictures of each part in a folder of that name."""
    write_parts(writing, _annotations, writing.data.labels)


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
