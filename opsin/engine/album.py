"""An album: a folder with drawn pictures and videos, every answer as a line of JSON, and a page to look at."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from opsin.core.errors import UsageError
from opsin.core.image import Image
from opsin.engine import page
from opsin.engine.stream import Answer
from opsin.media.addresses import is_address
from opsin.media.files import save_image
from opsin.media.folders import folder_items, is_pattern
from opsin.media.item import Item
from opsin.media.limits import DEFAULT_LIMITS
from opsin.media.video import add_sound, write_video
from opsin.store.files import write_atomically
from opsin.tasks import Result

RESULTS = "results.jsonl"

LONGEST_NAME = 200
"""Bytes of a source's name that the drawn file keeps; disks take 255, with what is added to them."""

CAMERA_RATE = 15.0
"""Frames a second of a video whose source does not say its own."""


def record(answer: Answer[Result]) -> dict[str, Any]:
    """An answer as plain values: where it comes from, then the result, or the error.

    It is the same on standard output, in an album and from a server.
    """
    if answer.result is None:
        return {"source": answer.item.source, "error": str(answer.error)}
    return answer.item.to_dict() | answer.result.to_dict()


def outside(items: Iterable[Item], folder: Path) -> Iterator[Item]:
    """The items that do not lie in a folder: what an album in it has drawn is not to be looked at again."""
    own = folder.resolve()
    return (item for item in items if Path(item.source).parent.resolve() != own or not Path(item.source).exists())


def check_apart(sources: Iterable[str | int], folder: Path) -> None:
    """Looks whether an album in `folder` would lie among the pictures that it is made of.

    Raises:
        UsageError: when it would.
    """
    for source in sources:
        path = Path(str(source))
        own = path if path.is_dir() else path.parent
        if (path.exists() or is_pattern(str(source))) and own.resolve() == folder.resolve():
            raise UsageError(
                f"{source} lies in {folder}, where drawn pictures would be written. Save into another folder."
            )
        if folder.resolve().is_relative_to(path.resolve()) and _has_own_pictures(folder):
            raise UsageError(f"{folder} lies in {source} and holds pictures of its own. Save into another folder.")


def _has_own_pictures(folder: Path) -> bool:
    """Whether a folder holds pictures that no earlier album in it has drawn."""
    drawn = set(_drawn_names(folder))
    found = folder_items(folder, limits=DEFAULT_LIMITS, is_recursive=False) if folder.is_dir() else ()
    return any(Path(item.source).name not in drawn for item in found)


class Album:
    """A folder that fills with answers. Use it in a `with`; what was added is whole at the end, also after Ctrl-C.

    Args:
        folder: made when it is not there. Of an earlier album in it, the drawn files are removed; nothing else is.
        title: of its page.
    """

    def __init__(self, folder: Path, title: str) -> None:
        self.folder = folder
        self._title = title
        self._open = ExitStack()
        self._video: _DrawnVideo | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        _remove_drawn(self.folder)
        self._results = self._open.enter_context(write_atomically(self.folder / RESULTS))
        self._page = self._open.enter_context(write_atomically(self.folder / "index.html"))
        self._write_page(page.head(self._title))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._end_video()
        finally:
            self._write_page(page.FOOT)
            self._open.close()  # without the error: what was added before it is kept

    def add(self, answer: Answer[Any]) -> None:
        """Draw the answer, and write it down."""
        if answer.result is None:
            self._write_page(page.failure(answer.item.source, str(answer.error)))
            self._write_result(record(answer))
            return
        drawn = answer.result.draw(answer.item.read()[0] if answer.image is None else answer.image)
        path = self._add_picture(answer.item, drawn, answer.result)
        self._write_result(record(answer) | {"drawn": path.name})

    def _write_result(self, values: dict[str, Any]) -> None:
        self._results.write(_json(values) + b"\n")

    def _write_page(self, text: str) -> None:
        self._page.write(text.encode("utf-8", "replace"))

    def _add_picture(self, item: Item, drawn: Image, result: Result) -> Path:
        """Writes it down, and answers where."""
        if item.frame is not None:
            return self._add_frame(item, drawn, result.summary)
        path = self._free(item.source, ".png" if item.source.lower().endswith(".png") else ".jpg")
        save_image(path, drawn)
        self._write_page(page.picture(path.name, item.source, result.summary, result.rows()))
        return path

    def _add_frame(self, item: Item, drawn: Image, summary: str) -> Path:
        if self._video is None or self._video.source != item.source:
            self._end_video()
            self._video = _DrawnVideo(self._free(item.source, ".webm"), item, drawn)
        self._video.add(drawn, summary)
        return self._video.path

    def _end_video(self) -> None:
        if self._video is not None:
            said = self._video.close()
            self._write_page(page.video(self._video.path.name, self._video.source, said))
            self._video = None

    def _free(self, source: str, suffix: str) -> Path:
        """A name that no file has yet."""
        whole = Path(urlsplit(source).path if is_address(source) else source).stem
        stem = os.fsencode(whole)[:LONGEST_NAME].decode("utf-8", "ignore") or "picture"
        number, path = 1, self.folder / f"{stem}{suffix}"
        while path.exists():
            number += 1
            path = self.folder / f"{stem}-{number}{suffix}"
        return path


def _json(values: dict[str, Any]) -> bytes:
    # A file's name may hold bytes that are no UTF-8; as an escape they come back the same.
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _remove_drawn(folder: Path) -> None:
    """Removes the drawn files of an earlier album, so that their names are free again."""
    for name in _drawn_names(folder):
        (folder / name).unlink(missing_ok=True)


def _drawn_names(folder: Path) -> Iterator[str]:
    """Names of the drawn files that an earlier album's results name."""
    if (folder / RESULTS).is_file():
        with (folder / RESULTS).open("rb") as lines:
            # A name, not a way out of the folder.
            yield from (name for name in map(_drawn_name, lines) if name and name == Path(name).name)


def _drawn_name(line: bytes) -> str:
    """The drawn file that a line of results names; none where the line is no result of an album."""
    try:
        values = json.loads(line)
    except ValueError:
        return ""
    name = values.get("drawn") if isinstance(values, dict) else None
    return name if isinstance(name, str) else ""


class _DrawnVideo:
    """A video being drawn."""

    def __init__(self, path: Path, item: Item, first: Image) -> None:
        self.path, self.source = path, item.source
        self._open = ExitStack()
        size = (first.shape[0], first.shape[1])
        self._writer = self._open.enter_context(write_video(path, item.rate or CAMERA_RATE, size))
        self._frames, self._last = 0, ""

    def add(self, drawn: Image, summary: str) -> None:
        """One more frame."""
        self._writer.write(drawn)
        self._frames, self._last = self._frames + 1, summary

    def close(self) -> str:
        """Makes the video whole, with the sound of its source; answers one line about it."""
        self._open.close()
        if Path(self.source).exists():
            add_sound(Path(self.source), self.path)
        return f"{self._frames} frames; the last one: {self._last or 'nothing found'}"
