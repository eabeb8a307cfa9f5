"""PASCAL VOC: an XML file for each picture, and lists of the parts. Everingham et al., 2010.

https://doi.org/10.1007/s11263-009-0275-4
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from opsin.core.errors import DataError, SourceError
from opsin.core.image import Size
from opsin.data.folders import PART_FOLDERS
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import MEGABYTE, Shown, Thing, begins_with, inside, listed, numbers_of, text_of
from opsin.data.formats._writing import Writing, decimal
from opsin.data.listed import Listed, Noted
from opsin.data.tables import Named
from opsin.media.limits import first_line, spoken
from opsin.media.sniff import PICTURE_SUFFIXES

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAX_BYTES = 10 * MEGABYTE

ANNOTATIONS, PICTURES, LISTS = "Annotations", "JPEGImages", "ImageSets/Main"

_PARTS = {"train": "train", "validation": "val", "test": "test"}


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a folder with XML files of that kind, in Annotations, beside pictures, or in folders of parts."""
    first = next(iter(_folders(path)), None)
    return first is not None and begins_with(next(iter(_files(first))), b"<annotation")


def _folders(root: Path) -> list[Path]:
    """The folders that hold XML files: one, or one for each part."""
    parts = [path for path in inside(root) if path.name.lower() in PART_FOLDERS]
    for folders in ([root / ANNOTATIONS], [root], parts):
        if found := [folder for folder in folders if _files(folder)]:
            return found
    return []


def _files(folder: Path) -> list[Path]:
    return [path for path in inside(folder) if path.suffix.lower() == ".xml"]


def read(path: Path, asked: Asked) -> Listed:
    """The pictures that have XML files, with their boxes; lists in ImageSets/Main, or folders, say the parts.

    Coordinates are taken as they are written. VOC's own begin at 1, those of most others at 0: nobody can tell which,
    and half a pixel more or less is below what people can point at.

    Raises:
        SourceError: when a file is no such XML, or holds a DOCTYPE.
        DataError: when an element is not what it must be; the message names file and element.
    """
    noted: list[Noted] = []
    parts = _parts(path, noted)
    shown = []
    for folder in _folders(path):
        pictures = _pictures(path / PICTURES if folder.name == ANNOTATIONS else folder)
        part = "" if folder in (path, path / ANNOTATIONS) else PART_FOLDERS[folder.name.lower()]
        for done, file in enumerate(files := _files(folder), start=1):
            shown.append(_shown(file, path, pictures, parts.pop(file.stem, part)))
            asked.progress("reading boxes", done, len(files))
    noted += [Noted("missing", f"{name} is in a list of {LISTS}, and has no XML file") for name in sorted(parts)]
    return listed(path, path, shown, noted)


def _parts(root: Path, noted: list[Noted]) -> dict[str, str]:
    """Parts by the stems of files. `trainval` says no more than the two that it is made of, where they are there."""
    lists = {file.stem: file for file in inside(root / LISTS) if file.suffix == ".txt"}
    chosen = {name: part for name, part in PART_FOLDERS.items() if name in lists}
    if "trainval" in lists and not set(chosen.values()) & {"train", "validation"}:
        chosen["trainval"] = "train"
    found: dict[str, str] = {}
    for name, part in chosen.items():
        for line in text_of(lists[name], _MAX_BYTES).splitlines():
            stem = (line.split() or [""])[0]
            if found.setdefault(stem, part) != part:
                raise DataError(
                    f"{spoken(lists[name])}: {spoken(stem)} is in {found[stem]} already. Take it out of one."
                )
    found.pop("", None)
    return found


def _pictures(folder: Path) -> dict[str, Path]:
    """Pictures by their names, and by their stems."""
    pictures = [path for path in inside(folder) if path.suffix.lower() in PICTURE_SUFFIXES]
    return {path.stem: path for path in pictures} | {path.name: path for path in pictures}


def _shown(file: Path, root: Path, pictures: Mapping[str, Path], part: str) -> Shown:
    document = _parsed(file)
    # The name inside is often one that the picture had before; the name of the file is not.
    said = PurePosixPath((document.findtext("filename") or "").strip().replace("\\", "/")).name
    picture = pictures.get(file.stem) or pictures.get(said)
    name = picture.relative_to(root).as_posix() if picture else said or file.with_suffix(".jpg").name
    things = [
        _thing(each, f"{spoken(file)}: object {number}") for number, each in enumerate(document.iter("object"), 1)
    ]
    return Shown(name, part, things, _size(document, file))


def _parsed(path: Path) -> Element:
    from xml.etree import ElementTree

    text = text_of(path, _MAX_BYTES)
    # A DOCTYPE can name other files, and entities that grow without end. Files of this format have none.
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise SourceError(f"{spoken(path)} has a DOCTYPE, which nothing of this format needs. Take it out.")
    try:
        document = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise SourceError(f"{spoken(path)} is no XML that can be read: {first_line(error)}.") from error
    if document.tag != "annotation":
        raise SourceError(f"{spoken(path)} must hold an annotation; got {spoken(document.tag)}.")
    return document


def _size(document: Element, file: Path) -> Size | None:
    """(height, width); None where nothing is said, or 0, as some programs do."""
    texts = [document.findtext(f"size/{name}") for name in ("height", "width")]
    if not all(texts):
        return None
    height, width = numbers_of(texts, f"{spoken(file)}: size")
    return (int(height), int(width)) if height > 0 and width > 0 else None


def _thing(element: Element, where: str) -> Thing:
    label = (element.findtext("name") or "").strip()
    if not label:
        raise DataError(f"{where} has no name. Write what it is, or take it out.")
    corners = [element.findtext(f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
    if None in corners:
        raise DataError(f"{where} ({spoken(label)}) must have a bndbox with xmin, ymin, xmax and ymax. Mend the file.")
    x0, y0, x1, y1 = numbers_of(corners, f"{where} ({spoken(label)})")
    # What VOC calls difficult is neither asked for nor held against whoever finds it: so it is with crowds in COCO.
    is_crowd = (element.findtext("difficult") or "0").strip() not in ("0", "")
    return Thing((x0, y0, x1, y1), label, is_crowd)


def write(writing: Writing) -> None:
    """Annotations with an XML file for each picture, JPEGImages with the pictures, ImageSets/Main with the parts."""
    (writing.folder / ANNOTATIONS).mkdir()
    for index in range(len(writing.data)):
        writing.put(index, PICTURES)
        _write_xml(writing, index)
    (writing.folder / LISTS).mkdir(parents=True)
    for part, name in _PARTS.items():
        stems = [Path(each).stem for each, own in zip(writing.names, writing.data.parts, strict=True) if own == part]
        if stems:
            (writing.folder / LISTS / f"{name}.txt").write_text("\n".join(stems) + "\n", encoding="utf-8")


def _write_xml(writing: Writing, index: int) -> None:
    from xml.etree import ElementTree

    name, (height, width) = writing.names[index], writing.sizes[index]
    document = ElementTree.Element("annotation")
    _add(document, {"folder": PICTURES, "filename": name})
    _add(ElementTree.SubElement(document, "size"), {"width": str(width), "height": str(height), "depth": "3"})
    things = writing.things(index)
    crowds = np.asarray(things.is_crowd)
    for box, number, is_crowd in zip(things.boxes, things.labels, crowds, strict=True):
        element = ElementTree.SubElement(document, "object")
        _add(element, {"name": writing.data.labels[number], "difficult": str(int(is_crowd))})
        corners = dict(zip(("xmin", "ymin", "xmax", "ymax"), map(decimal, box), strict=True))
        _add(ElementTree.SubElement(element, "bndbox"), corners)
    ElementTree.indent(document)
    path = (writing.folder / ANNOTATIONS / name).with_suffix(".xml")
    path.write_text(ElementTree.tostring(document, encoding="unicode") + "\n", encoding="utf-8")


def _add(element: Element, texts: Mapping[str, str]) -> None:
    from xml.etree import ElementTree

    for name, text in texts.items():
        ElementTree.SubElement(element, name).text = text


FORMATS.add(
    "voc",
    Format(
        name="voc",
        summary="PASCAL VOC (a folder with Annotations/*.xml, or with XML files beside pictures)",
        lacks="areas of masks; groups; classes that nothing belongs to, and the order of classes",
        recognises=recognises,
        read=read,
        write=write,
    ),
)
