"""How many pictures a source will give, where that can be told without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from opsin.core.errors import InputError
from opsin.media.addresses import is_address
from opsin.media.folders import folder_items, is_pattern, matching_files
from opsin.media.limits import DEFAULT_LIMITS
from opsin.media.sniff import ARCHIVE_KINDS, VIDEO_KINDS, kind_of_file
from opsin.media.video import video_facts


def expected(sources: Iterable[str | int], every_seconds: float | None = None) -> int | None:
    """How many items the sources will give, for a bar that tells the time left; None where it cannot be told.

    >>> expected(["one.jpg", "two.jpg"])
    2
    """
    total = 0
    for source in sources:
        count = _expected(source, every_seconds)
        if count is None:
            return None
        total += count
    return total


def _expected(source: str | int, every_seconds: float | None) -> int | None:
    if isinstance(source, int) or source.startswith("rtsp"):
        return None
    if is_pattern(source):
        return expected(map(str, matching_files(source)), every_seconds)
    if source == "-" or is_address(source):
        return 1
    return _in_file(Path(source), every_seconds)


def _in_file(path: Path, every_seconds: float | None) -> int | None:
    if path.is_dir():
        return sum(1 for _ in folder_items(path, limits=DEFAULT_LIMITS, is_recursive=True))
    kind = kind_of_file(path) if path.is_file() else None
    if kind in ARCHIVE_KINDS:
        return None
    return _frames(path, every_seconds) if kind in VIDEO_KINDS else 1


def _frames(path: Path, every_seconds: float | None) -> int | None:
    try:
        facts = video_facts(path)
    # Whoever reads it will be told why; here it is one thing that cannot be read.
    except InputError:
        return 1
    if facts.frames is None or not every_seconds or not facts.fps:
        return facts.frames
    return -int(-facts.frames // max(facts.fps * every_seconds, 1.0))
