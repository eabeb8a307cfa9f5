"""Frames of video files and cameras, one after the other, and videos written from images."""

from __future__ import annotations

import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from opsin.core.errors import InputError, OptionError
from opsin.core.image import Image, Size, check_image
from opsin.media.capture import open_camera, open_file, quietly, without_standard_error
from opsin.media.item import Item
from opsin.media.limits import DEFAULT_LIMITS, Limits, spoken
from opsin.media.reading import failing
from opsin.media.sniff import kind_of_file

if TYPE_CHECKING:
    import cv2

# Other containers count their frames by guessing.
_EXACT_COUNTS = frozenset({"MP4", "AVI"})


@dataclass(frozen=True)
class Video:
    """What a video file says of itself.

    Attributes:
        fps: frames a second.
        frames: how many there are; None where the file does not say.
        size: (height, width) of a frame, upright.
    """

    fps: float
    frames: int | None
    size: Size


def video_facts(path: Path) -> Video:
    """The facts of a video file.

    Raises:
        SourceError: when it is no video, or damaged.
    """
    capture = open_file(path)
    try:
        return _facts(capture)
    finally:
        capture.release()


def _facts(capture: cv2.VideoCapture) -> Video:
    import cv2

    frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    size = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    return Video(capture.get(cv2.CAP_PROP_FPS), frames if frames > 0 else None, size)


def video_items(path: Path, *, every_seconds: float | None = None, limits: Limits = DEFAULT_LIMITS) -> Iterator[Item]:
    """The frames of a video file, upright: all, or one for every so many seconds.

    Frames are decoded as the iterator goes on, and an item holds its frame. A file that cannot be opened is an item
    that cannot be read; one that ends too early ends with such an item.
    """
    name = str(path)
    try:
        capture = open_file(path)
        facts = _facts(capture)
        limits.check_pixels(name, facts.size)
    except InputError as error:
        yield failing(name, str(error))
        return
    seconds_of = partial(_file_seconds, capture, facts.fps)
    seen = yield from _frames(capture, name, seconds_of, every_seconds, facts.fps)
    if not seen or (kind_of_file(path) in _EXACT_COUNTS and facts.frames and seen < 0.9 * facts.frames - 1):
        there = facts.frames or "all"
        yield failing(name, f"{spoken(path)} ends after {seen} of {there} frames: it is cut short. Get a fresh copy.")


def camera_items(
    camera: int | str, *, every_seconds: float | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Item]:
    """The frames of a camera, by its number or its rtsp address, for as long as it sends any.

    Raises:
        SourceError: when it cannot be opened.
    """
    capture = open_camera(camera, limits)
    began = time.monotonic()
    name = camera if isinstance(camera, str) else f"camera {camera}"
    yield from _frames(capture, name, lambda index: time.monotonic() - began, every_seconds)


def _frames(
    capture: cv2.VideoCapture,
    name: str,
    seconds_of: Callable[[int], float],
    every_seconds: float | None,
    fps: float = 0.0,
) -> Generator[Item, None, int]:
    """The frames wanted; returns how many there were in all."""
    index, due = 0, 0.0
    rate = min(fps, 1 / every_seconds) if every_seconds else fps
    try:
        while capture.grab():
            # Files round their times to the millisecond.
            seconds = round(seconds_of(index), 3)
            if every_seconds is None or seconds >= due - 0.0005:
                due = every_seconds * ((seconds + 0.0005) // every_seconds + 1) if every_seconds else 0.0
                yield replace(_frame(capture, name, index), frame=index, seconds=seconds, rate=rate or None)
            index += 1
    finally:
        capture.release()
    return index


def _frame(capture: cv2.VideoCapture, name: str, index: int) -> Item:
    is_whole, bgr = capture.retrieve()
    if not is_whole:
        return failing(name, f"Frame {index} of {spoken(name)} is damaged.")
    return Item(name, partial(_rgb, bgr))


def _rgb(bgr: NDArray[Any], at_least: Size | None) -> tuple[Image, Size]:
    import cv2

    return check_image(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)), (bgr.shape[0], bgr.shape[1])


def _file_seconds(capture: cv2.VideoCapture, fps: float, index: int) -> float:
    """The time that the file gives the frame; some give none, and then its number does."""
    import cv2

    milliseconds = float(capture.get(cv2.CAP_PROP_POS_MSEC))
    return index / fps if milliseconds <= 0 < fps else max(milliseconds, 0.0) / 1000


class VideoWriter:
    """A video being written; see `write_video`."""

    def __init__(self, writer: cv2.VideoWriter, size: Size) -> None:
        self._writer = writer
        self._size = size

    def write(self, image: Image) -> None:
        """Adds a frame.

        Raises:
            OptionError: when it has another size than the video.
        """
        import cv2

        if image.shape[:2] != self._size:
            raise OptionError(f"Every frame must have the video's size {self._size}; got {image.shape[:2]}.")
        # VP8 stores colour by blocks of two; OpenCV would cut an odd row or column off.
        down, right = self._size[0] % 2, self._size[1] % 2
        even = cv2.copyMakeBorder(check_image(image), 0, down, 0, right, cv2.BORDER_REPLICATE)
        self._writer.write(cv2.cvtColor(even, cv2.COLOR_RGB2BGR))


@contextmanager
def write_video(path: Path, fps: float, size: Size) -> Iterator[VideoWriter]:
    """Writes a WebM video (VP8), which every browser plays; whole at the end of the block, or not at all.

    Args:
        path: ends with .webm.
        fps: frames a second.
        size: (height, width) of all its frames; the video of an odd size has one row or column more.

    Raises:
        OptionError: for another suffix, or a size or fps without anything in it.
    """
    _check(path, fps, size)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path)
    writer = _writer(beside, fps, size)
    try:
        yield VideoWriter(writer, size)
        writer.release()
        beside.replace(path)
    finally:
        writer.release()
        beside.unlink(missing_ok=True)


def _check(path: Path, fps: float, size: Size) -> None:
    if path.suffix.lower() != ".webm":
        raise OptionError(f"A video is written as WebM: its name must end with .webm; got {spoken(path.name)}.")
    if not fps > 0 or min(size) < 1:
        raise OptionError(f"A video needs more than 0 frames a second and pixels; got {fps:g} and {size}.")


def _beside(path: Path) -> Path:
    # OpenCV and ffmpeg know the container by the suffix.
    return path.with_name(f".{path.stem}.{uuid.uuid4().hex}.webm")


def _writer(path: Path, fps: float, size: Size) -> cv2.VideoWriter:
    import cv2

    height, width = size[0] + size[0] % 2, size[1] + size[1] % 2
    # VP9 makes files half as large, and takes three times as long.
    with quietly({}), without_standard_error():
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"VP80"), fps, (width, height))
    if not writer.isOpened():
        raise OptionError(f"{spoken(path.parent)} cannot be written to, or OpenCV here cannot write VP8.")
    return writer


def add_sound(from_video: Path, to_video: Path) -> bool:
    """Gives a written WebM video the sound of the video it was made from, with the user's own ffmpeg.

    Answers whether it has sound now: False where there is no ffmpeg, or no sound. The video is whole either way.
    """
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return False
    beside = _beside(to_video)
    only_files = ["-protocol_whitelist", "file,pipe"]
    inputs = [*only_files, "-i", str(to_video.absolute()), *only_files, "-i", str(from_video.absolute())]
    streams = ["-map", "0:v:0", "-map", "1:a:0", "-c:v", "copy", "-c:a", "libopus", "-shortest"]
    command = [ffmpeg, "-nostdin", "-loglevel", "quiet", *inputs, *streams, str(beside.absolute())]
    try:
        if subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True).returncode:
            return False
        beside.replace(to_video)
        return True
    finally:
        beside.unlink(missing_ok=True)
