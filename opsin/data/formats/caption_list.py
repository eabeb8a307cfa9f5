"""A JSON list of pictures with their captions: `[{"file": "images/a.jpg", "split": "train", "captions": [...]}]`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opsin.core.errors import DataError
from opsin.data.formats._caption_reading import (
    MAX_BYTES,
    Described,
    caption_in,
    captions_of,
    listed_captions,
    name_in,
    part_in,
)
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import begins_with, inside, json_of
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed
from opsin.data.tables import Named
from opsin.media.limits import spoken


def recognises(path: Path, named: Named) -> bool:
    """Whether it is such a file, or a folder with one."""
    return _file(path) is not None


def _file(path: Path) -> Path | None:
    files = [path] if path.is_file() else inside(path)
    return next((file for file in files if file.suffix.lower() == ".json" and _looks_right(file)), None)


def _looks_right(file: Path) -> bool:
    with file.open("rb") as opened:
        is_list = opened.read(100).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    return is_list and begins_with(file, b'"file"', b'"captions"')


def read(path: Path, asked: Asked) -> Listed:
    """The pictures and captions of a list; paths start from its own folder. `split` may be left out.

    Raises:
        SourceError: when it is no such JSON.
        DataError: when something in it is not what it must be; the message names file and picture.
    """
    file = _file(path) or path
    return listed_captions(path, file.parent, _described(json_of(file, MAX_BYTES), spoken(file)))


def _described(told: list[Any], where: str) -> Iterator[Described]:
    seen = set[str]()
    for number, each in enumerate(told, start=1):
        place = f"{where}: picture {number}"
        texts = each.get("captions") if isinstance(each, dict) else None
        if not isinstance(texts, list):
            raise DataError(f"{place} must be an object with file and captions, a list; got {each!r:.80}.")
        name = name_in(str(each.get("file") or ""), place)
        if name in seen:
            raise DataError(f"{place}: {spoken(name)} is there before. Put all its captions into one list.")
        seen.add(name)
        yield Described(name, part_in(str(each.get("split") or ""), place), [caption_in(text, place) for text in texts])


def write(writing: Writing) -> None:
    """captions.json, and the pictures of each part in a folder of that name."""
    told = [
        {"file": writing.put(index, str(part)), "split": str(part), "captions": captions_of(writing, index)}
        for index, part in enumerate(writing.data.parts)
    ]
    (writing.folder / "captions.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


FORMATS.add(
    "caption_list",
    Format(
        name="caption_list",
        summary='a JSON list of {"file": …, "split": …, "captions": […]}',
        lacks="groups",
        recognises=recognises,
        read=read,
        write=write,
        task="captioning",
    ),
)
