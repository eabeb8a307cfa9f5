"""Flickr8k's own files: Flickr8k.token.txt with captions, and lists of the pictures of each part.

Flickr30k writes its captions in the same way. Hodosh, Young and Hockenmaier, Framing Image Description as a Ranking
Task, JAIR 2013.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from opsin.core.errors import DataError
from opsin.data.formats._caption_reading import (
    MAX_BYTES,
    Described,
    caption_in,
    captions_of,
    listed_captions,
    name_in,
)
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import inside, text_of
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed
from opsin.data.tables import Named
from opsin.media.limits import spoken

_TOKENS = "Flickr8k.token.txt"

_LISTS = {"train": "trainImages.txt", "validation": "devImages.txt", "test": "testImages.txt"}
"""How the names of the lists end; before that stands Flickr_8k or Flickr30k."""

_FOLDER = "Flicker8k_Dataset"

_LINE = re.compile(r"(?P<name>[^\t]+)#\d+\t(?P<caption>.*)")


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a file of that name, or a folder that holds one, itself or in Flickr8k_text."""
    return _file(path) is not None


def _file(path: Path) -> Path | None:
    files = [path] if path.is_file() else [*inside(path), *inside(path / "Flickr8k_text")]
    return next((file for file in files if file.name.endswith((".token.txt", ".token")) and file.is_file()), None)


def read(path: Path, asked: Asked) -> Listed:
    """The pictures and captions of a token file, in parts where lists lie beside it. Pictures in no list have none.

    Raises:
        SourceError: when it cannot be read as text.
        DataError: when a line is not what it must be; the message names file and line.
    """
    file = _file(path) or path
    root = file.parent.parent if file.parent.name == "Flickr8k_text" else file.parent
    return listed_captions(path, root, _described(file, _parts(file.parent)))


def _parts(folder: Path) -> dict[str, str]:
    """The part of each picture that a list names."""
    found: dict[str, str] = {}
    for part, end in _LISTS.items():
        for file in inside(folder):
            if file.name.endswith(end):
                found |= {name.strip(): part for name in text_of(file, MAX_BYTES).splitlines() if name.strip()}
    return found


def _described(file: Path, parts: Mapping[str, str]) -> Iterator[Described]:
    captions: dict[str, list[str]] = {}
    for number, line in enumerate(text_of(file, MAX_BYTES).split("\n"), start=1):
        where = f"{spoken(file)}: line {number}"
        match = _LINE.fullmatch(line)
        if line.strip() and match is None:
            raise DataError(f"{where} must be NAME.jpg#0, a tab and a caption; got {line!r:.80}. Mend the line.")
        if match is not None:
            name = name_in(match["name"], where)
            captions.setdefault(name, []).append(caption_in(match["caption"], where))
    return (Described(name, parts.get(name, ""), texts) for name, texts in captions.items())


def write(writing: Writing) -> None:
    """Flickr8k.token.txt, a list for each part, and all pictures in one folder."""
    lines, lists = list[str](), dict[str, list[str]]()
    for index, part in enumerate(writing.data.parts):
        name = writing.put(index, _FOLDER).removeprefix(f"{_FOLDER}/")
        lists.setdefault(str(part), []).append(name)
        lines += [f"{name}#{number}\t{text}" for number, text in enumerate(captions_of(writing, index))]
    _save(writing.folder / _TOKENS, lines)
    for part, names in lists.items():
        _save(writing.folder / f"Flickr_8k.{_LISTS[part]}", names)


def _save(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


FORMATS.add(
    "flickr8k",
    Format(
        name="flickr8k",
        summary="Flickr8k (the folder with Flickr8k.token.txt)",
        lacks="groups",
        recognises=recognises,
        read=read,
        write=write,
        task="captioning",
    ),
)
