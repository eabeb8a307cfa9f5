"""What the readers of all formats share: files of a bounded size, and pictures with things put together."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from opsin.core.boxes import areas
from opsin.core.errors import DataError, ImageError, SourceError
from opsin.core.image import Size
from opsin.data.files import Files
from opsin.data.listed import Listed, Noted, classes
from opsin.data.things import Things
from opsin.media.decode import picture_size
from opsin.media.limits import first_line, spoken
from opsin.store.progress import Progress

XYXY = tuple[float, float, float, float]

MEGABYTE = 1_000_000


class Thing(NamedTuple):
    """One thing in a picture.

    Attributes:
        box: x0, y0, x1, y1 in pixels, as written: its corners may be swapped, or lie outside.
        label: the name of its class.
        is_crowd: whether the box is around many things at once.
        area: in square pixels, of the mask; None where no mask is known.
    """

    box: XYXY
    label: str
    is_crowd: bool = False
    area: float | None = None


class Shown(NamedTuple):
    """What is written about one picture.

    Attributes:
        name: its path from the folder of the data, with "/" between folders.
        part: "train", "validation", "test", or "" where nothing is said.
        things: what is in it.
        size: (height, width) in pixels, where it is written down.
        others: whatever else is said, by name.
    """

    name: str
    part: str
    things: Sequence[Thing]
    size: Size | None = None
    others: Mapping[str, str] = {}


def text_of(path: Path, max_bytes: int) -> str:
    """What is in a text file.

    Raises:
        SourceError: when it cannot be read as UTF-8, or is larger than that.
    """
    try:
        size_bytes = path.stat().st_size
        if size_bytes > max_bytes:
            raise SourceError(
                f"{spoken(path)} has {size_bytes:,} bytes; {max_bytes:,} are allowed. Give a smaller one."
            )
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{spoken(path)} cannot be read as text: {first_line(error)}.") from error


def json_of(path: Path, max_bytes: int) -> Any:
    """What a JSON file holds.

    Raises:
        SourceError: when it is no such file, or is larger than that.
    """
    try:
        return json.loads(text_of(path, max_bytes))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{spoken(path)} is no JSON that can be read: {first_line(error)}.") from error


def begins_with(path: Path, *wanted: bytes, within: int = 4096) -> bool:
    """Whether all of that stands in the first bytes of a file; False for what cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(within)
    except OSError:
        return False
    return all(each in head for each in wanted)


def inside(folder: Path) -> list[Path]:
    """What is in a folder and not hidden, sorted; nothing for what is no folder.

    Raises:
        SourceError: when it cannot be listed.
    """
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []
    except OSError as error:
        raise SourceError(f"{spoken(folder)} cannot be listed: {error.strerror}.") from error


def numbers_of(values: Iterable[Any], where: str) -> list[float]:
    """The values as finite numbers.

    Args:
        values: texts or numbers.
        where: file and element, for the message.

    Raises:
        DataError: naming the first that is none.
    """
    found = []
    for value in values:
        try:
            found.append(float(value))
        except (TypeError, ValueError):
            found.append(math.nan)
        if not math.isfinite(found[-1]):
            raise DataError(f"{where}: {_shortened(value)} is no number. Mend the file, or take the box out.")
    return found


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) < 50 else text[:50] + "…"


def sizes_of(files: Files, progress: Progress) -> list[Size | None]:
    """(height, width) of each picture, upright; None for one that cannot be read."""
    found: list[Size | None] = []
    with ThreadPoolExecutor() as threads:
        for size in threads.map(lambda index: size_of(files, index), range(len(files))):
            found.append(size)
            progress("sizes of pictures", len(found), len(files))
    return found


def size_of(files: Files, index: int) -> Size | None:
    """(height, width) of a picture, upright; None when it cannot be read."""
    try:
        return picture_size(files.path(index), name=files.name(index))
    # Whoever reads the picture is told why not.
    except ImageError:
        return None


def listed(
    source: Path, root: Path, shown: Iterable[Shown], noted: Iterable[Noted] = (), named: Sequence[str] | None = None
) -> Listed:
    """What was read, put together; pictures that are missing are noted and left out.

    Args:
        source: what was read.
        root: the folder of the data, from which the names of pictures start.
        shown: what is written about each picture.
        noted: what is wrong, of no picture in particular.
        named: the classes in their order; when left out, those that occur, sorted.

    Raises:
        DataError: when none of the pictures is there.
    """
    told = list(shown)
    here = [each for each in told if (root / each.name).is_file()]
    missing = [Noted("missing", spoken(each.name)) for each in told if not (root / each.name).is_file()]
    if not here:
        first = f"; the first is {missing[0].said}" if missing else ""
        raise DataError(
            f"{spoken(source)}: none of its {len(told)} pictures is in {spoken(root)}{first}. "
            "Put the pictures where the file says, or give the folder that holds both."
        )
    known = tuple(classes(thing.label for each in here for thing in each.things) if named is None else named)
    numbers = {label: number for number, label in enumerate(known)}
    return Listed(
        name=root.resolve().name,
        source=source,
        pictures=Files(root, tuple(each.name for each in here)),
        truths=tuple(_things(each.things, numbers) for each in here),
        classes=known,
        parts=tuple(each.part for each in here),
        columns={name: np.array([each.others.get(name, "") for each in here], np.str_) for name in here[0].others},
        sizes={number: each.size for number, each in enumerate(here) if each.size},
        noted=(*noted, *missing),
    )


def _things(things: Sequence[Thing], numbers: Mapping[str, int]) -> Things:
    boxes = np.array([thing.box for thing in things], np.float32).reshape(-1, 4)
    masks = np.array([math.nan if thing.area is None else thing.area for thing in things], np.float64)
    return Things(
        boxes,
        np.array([numbers[thing.label] for thing in things], np.int64),
        np.array([thing.is_crowd for thing in things], bool),
        np.where(np.isnan(masks), areas(boxes), masks),
    )


def pictures_in(folder: Path, root: Path) -> Iterator[str]:
    """The pictures in a folder and the folders in it, sorted, by their paths from `root`."""
    from opsin.media.folders import folder_items
    from opsin.media.limits import DEFAULT_LIMITS

    for item in folder_items(folder, limits=DEFAULT_LIMITS, is_recursive=True):
        yield Path(item.source).relative_to(root).as_posix()
