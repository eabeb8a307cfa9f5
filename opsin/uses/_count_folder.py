"""The folder of a count: video, tracks, counts, heat map and page, written as the frames come."""

from __future__ import annotations

import csv
import io
import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from opsin.core.image import Image
from opsin.engine.album import CAMERA_RATE
from opsin.media.files import save_image
from opsin.media.item import Item
from opsin.media.video import VideoWriter, write_video
from opsin.store.files import write_atomically
from opsin.tasks.detection import Detections
from opsin.uses._count_drawing import Trails, draw_counting, with_points
from opsin.uses._count_heat import Heat, heat_picture, no_heat, warmed
from opsin.uses._count_page import count_page
from opsin.uses._count_places import Point
from opsin.uses._count_state import Counting, anchors
from opsin.uses._count_summary import Counts

VIDEO, HEAT, COUNTS, TRACKS, PAGE = "video.webm", "heat.png", "counts.json", "tracks", "index.html"

COLUMNS = ("frame", "seconds", "track", "label", "score", "x0", "y0", "x1", "y1")
"""Of the tables of tracks."""


class CountFolder:
    """A folder that fills with what is counted. Use it in a `with`; all is whole at its end, also after Ctrl-C.

    Files of an earlier count in it are replaced; nothing else is touched.

    Args:
        folder: made when it is not there.
        source: the video.
    """

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder
        self._counts = Counts(source)
        self._open = ExitStack()
        self._video: VideoWriter | None = None
        self._still: Image | None = None
        self._heat: Heat | None = None
        self._trails: Trails = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._csv = self._open.enter_context(write_atomically(self.folder / f"{TRACKS}.csv"))
        self._json = self._open.enter_context(write_atomically(self.folder / f"{TRACKS}.json"))
        self._csv.write((",".join(COLUMNS) + "\n").encode())
        self._before = b"[\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._json.write(b"\n]\n" if self._before != b"[\n" else b"[]\n")
        finally:
            self._open.close()  # without the error: what was counted before it is kept
        self._write_summary()

    def add(self, item: Item, image: Image, found: Detections, state: Counting, counts: Counts) -> None:
        """One more frame, as it was counted.

        Args:
            item: the frame.
            image: its pixels.
            found: what counts in it, each with its track.
            state: what is known after it.
            counts: the same, added up.
        """
        self._counts = counts
        numbers = [] if found.tracks is None else found.tracks.tolist()
        points = dict(zip(numbers, anchors(found.boxes), strict=True))
        self._trails = with_points(self._trails, points, state.tracks)
        self._warm(image, points, state)
        self._write_tracks(item, found)
        drawn = draw_counting(image, found, self._trails, state)
        if self._video is None:
            size = (image.shape[0], image.shape[1])
            rate = item.rate or CAMERA_RATE
            self._video = self._open.enter_context(write_video(self.folder / VIDEO, rate, size))
        self._video.write(drawn)

    def _warm(self, image: Image, points: dict[int, Point], state: Counting) -> None:
        if self._heat is None:
            self._still, self._heat = image, no_heat((image.shape[0], image.shape[1]))
        self._heat = warmed(self._heat, points, state.tracks)

    def _write_tracks(self, item: Item, found: Detections) -> None:
        for row in found.rows():
            at = {"frame": item.frame, "seconds": item.seconds, "track": row["track"]}
            whole = {name: (at | row)[name] for name in COLUMNS}
            self._csv.write(_csv_line(whole))
            self._json.write(self._before + json.dumps(whole, ensure_ascii=False).encode())
            self._before = b",\n"

    def _write_summary(self) -> None:
        if self._heat is not None and self._still is not None:
            save_image(self.folder / HEAT, heat_picture(self._heat, self._still))
        else:
            # Those of an earlier count would be taken for this one's.
            (self.folder / VIDEO).unlink(missing_ok=True)
            (self.folder / HEAT).unlink(missing_ok=True)
        written = (VIDEO, HEAT) if self._heat is not None else (None, None)
        with write_atomically(self.folder / COUNTS) as file:
            file.write(json.dumps(self._counts.to_dict(), ensure_ascii=False, indent=1).encode() + b"\n")
        with write_atomically(self.folder / PAGE) as file:
            file.write(count_page(self._counts, *written).encode("utf-8", "replace"))


def _csv_line(row: dict[str, Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row.values())
    return text.getvalue().encode()
