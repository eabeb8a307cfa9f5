"""An album: a folder with drawn pictures and videos, every answer as a line of JSON, and a page to look at."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from opsin.core.errors import UsageError
from opsin.core.image import Image
from opsin.engine import page
from opsin.engine.stream import Answer
from opsin.media.files import save_image
from opsin.media.item import Item
from opsin.media.video import add_sound, write_video
from opsin.store.files import write_atomically
from opsin.tasks import Result

CAMERA_RATE = 15.0
"""Frames a second of a video whose source does not say its own."""


def record(answer: Answer[Result]) -> dict[str, Any]:
    """An answer as plain values: where it comes from, then the result, or the error.

    It is the same on standard output, in an album and from a server.
    """
    if answer.result is None:
        return {"source": answer.item.source, "error": str(answer.error)}
    return answer.item.to_dict() | answer.result.to_dict()


class Album:
    """A folder that fills with answers. Use it in a `with`; what was added is whole at the end, also after Ctrl-C.

    Args:
        folder: made when it is not there. Files of an earlier album in it are written over.
        title: of its page.
    """

    def __init__(self, folder: Path, title: str) -> None:
        self.folder = folder
        self._title = title
        self._open = ExitStack()
        self._video: _DrawnVideo | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._began = time.time_ns()
        self._results = self._open.enter_context(write_atomically(self.folder / "results.jsonl"))
        self._page = self._open.enter_context(write_atomically(self.folder / "index.html"))
        self._page.write(page.head(self._title).encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_video()
        self._page.write(page.FOOT.encode())
        self._open.close()  # without the error: what was added before it is kept

    def add(self, answer: Answer[Any]) -> None:
        """Draw the answer, and write it down.

        Raises:
            UsageError: when the picture lies in the album's own folder, where it would be written over.
        """
        self._refuse_own(answer.item)
        self._results.write(json.dumps(record(answer), ensure_ascii=False).encode() + b"\n")
        if answer.result is None or answer.image is None:
            self._page.write(page.failure(answer.item.source, str(answer.error)).encode())
        elif answer.item.frame is not None:
            self._add_frame(answer.item, answer.result.draw(answer.image), answer.result.summary)
        else:
            self._add_picture(answer.item, answer.result.draw(answer.image), answer.result)

    def _refuse_own(self, item: Item) -> None:
        if Path(item.source).exists() and Path(item.source).resolve().parent == self.folder.resolve():
            raise UsageError(
                f"{item.source} lies in {self.folder}, where drawn pictures would be written. Save into another folder."
            )

    def _add_picture(self, item: Item, drawn: Image, result: Any) -> None:
        source = Path(item.source)
        path = self._free(source.stem, ".png" if source.suffix.lower() == ".png" else ".jpg")
        save_image(path, drawn)
        self._page.write(page.picture(path.name, item.source, result.summary, result.rows()).encode())

    def _add_frame(self, item: Item, drawn: Image, summary: str) -> None:
        if self._video is None or self._video.source != item.source:
            self._end_video()
            self._video = _DrawnVideo(self._free(Path(item.source).stem, ".webm"), item, drawn)
        self._video.add(drawn, summary)

    def _end_video(self) -> None:
        if self._video is not None:
            said = self._video.close()
            self._page.write(page.video(self._video.path.name, self._video.source, said).encode())
            self._video = None

    def _free(self, stem: str, suffix: str) -> Path:
        """A name that nothing of this album has taken yet."""
        number, path = 1, self.folder / f"{stem}{suffix}"
        while path.exists() and path.stat().st_mtime_ns >= self._began:
            number += 1
            path = self.folder / f"{stem}-{number}{suffix}"
        return path


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
