"""COCO's captions: JSON files with pictures and captions, one for each part. https://cocodataset.org/#format-data"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opsin.data.formats._caption_reading import Described, caption_in, captions_of, listed_captions
from opsin.data.formats._coco_file import PARTS, at, folder_of, mentions, name_of, parsed, part_of, root_of
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import inside
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed, Noted
from opsin.data.tables import Named
from opsin.media.limits import spoken

_KEYS = ("images", "annotations")


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a JSON file with captions, or a folder with such in annotations."""
    return bool(_files(path))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if _looks_right(path) else []
    found = [file for file in inside(path / "annotations") if file.name.startswith("captions_")]
    return [file for file in found or inside(path) if _looks_right(file)]


def _looks_right(file: Path) -> bool:
    return file.suffix.lower() == ".json" and mentions(file, *_KEYS, "caption")


def read(path: Path, asked: Asked) -> Listed:
    """The pictures and captions of a JSON file, or of all in a folder; their names say which part each is.

    Raises:
        SourceError: when a file is no such JSON.
        DataError: when something in it is not what it must be; the message names file and element.
    """
    root, noted = root_of(path), list[Noted]()
    found: dict[str, Described] = {}
    for file in _files(path):
        # Who names one file wants what is in it, whatever it was for.
        for each in _described(file, root, "" if path.is_file() else part_of(file), noted):
            if found.setdefault(each.name, each) is not each:
                noted.append(Noted("leak", f"{spoken(each.name)} in {spoken(file)} as well"))
    return listed_captions(path, root, found.values(), noted)


def _described(file: Path, root: Path, part: str, noted: list[Noted]) -> Iterator[Described]:
    told = parsed(file, _KEYS)
    images = {at(each, "id", f"{spoken(file)}: a picture"): name_of(each, file) for each in told["images"]}
    captions: dict[Any, list[str]] = {number: [] for number in images}
    for each in told["annotations"]:
        where = f"{spoken(file)}: annotation {at(each, 'id', f'{spoken(file)}: an annotation')}"
        number = at(each, "image_id", where)
        if number in images:
            captions[number].append(caption_in(each.get("caption"), where))
        else:
            noted.append(Noted("lone_caption", f"{where}: there is no picture with the id {number!r:.50}"))
    start = folder_of(root, file, list(images.values()))
    return (Described(f"{start}{name}", part, captions[number]) for number, name in images.items())


def write(writing: Writing) -> None:
    """annotations/captions_PART.json, and the pictures of each part in a folder of that name."""
    for part, name in PARTS.items():
        chosen = [index for index, own in enumerate(writing.data.parts) if own == part]
        if chosen:
            path = writing.folder / "annotations" / f"captions_{name}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(_plain(writing, chosen, name), ensure_ascii=False), encoding="utf-8")


def _plain(writing: Writing, chosen: list[int], folder: str) -> dict[str, Any]:
    images, said = list[dict[str, Any]](), list[dict[str, Any]]()
    for number, index in enumerate(chosen, start=1):
        writing.put(index, folder)
        (height, width), name = writing.sizes[index], writing.names[index]
        images.append({"id": number, "file_name": name, "height": height, "width": width})
        said += [{"image_id": number, "caption": text} for text in captions_of(writing, index)]
    return {"images": images, "annotations": [{"id": at, **each} for at, each in enumerate(said, start=1)]}


FORMATS.add(
    "coco_captions",
    Format(
        name="coco_captions",
        summary="COCO's captions (a JSON file, or a folder with annotations/captions_*.json)",
        lacks="groups",
        recognises=recognises,
        read=read,
        write=write,
        task="captioning",
    ),
)
