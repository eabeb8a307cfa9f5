"""Videos and cameras opened with OpenCV: kept from following a file's word to other addresses, and kept quiet."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from opsin.core.errors import SourceError
from opsin.media.limits import Limits, spoken
from opsin.media.sniff import VIDEO_KINDS, kind_of_file

if TYPE_CHECKING:
    import cv2

# FFmpeg would follow a file's word to any address; from a file it may read that file only.
_FILE_PROTOCOLS = "file,pipe"
_STREAM_PROTOCOLS = "rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto"

# The settings of FFmpeg can be given through the environment only, which the whole process shares.
_OPENING = threading.Lock()


def open_file(path: Path) -> cv2.VideoCapture:
    """A video file, opened; its frames come upright.

    Raises:
        SourceError: when it is missing, no video, or damaged.
    """
    import cv2

    try:
        kind = kind_of_file(path)
    except OSError as error:
        raise SourceError(f"{spoken(path)} cannot be opened: {error.strerror}.") from error
    if kind not in VIDEO_KINDS:
        raise SourceError(f"{spoken(path)} is not a video that can be read. Give an mp4, mov, avi, mkv or webm file.")
    capture = _open(str(path.absolute()), _FILE_PROTOCOLS, [])
    if not capture.isOpened():
        raise SourceError(f"{spoken(path)} is damaged, or in a video format that cannot be read. Get a fresh copy.")
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return capture


def open_camera(camera: int | str, limits: Limits) -> cv2.VideoCapture:
    """A camera, by its number or its rtsp address, opened.

    Raises:
        SourceError: when it is not there, or does not answer in time.
    """
    import cv2

    if isinstance(camera, str):
        wait = int(limits.max_seconds * 1000)
        settings = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, wait, cv2.CAP_PROP_READ_TIMEOUT_MSEC, wait]
        capture = _open(camera, _STREAM_PROTOCOLS, settings)
    else:
        with quietly({}):
            capture = cv2.VideoCapture(camera)
    if not capture.isOpened():
        raise SourceError(f"Camera {spoken(camera)} cannot be opened. Check that it is there, and that no one uses it.")
    return capture


def _open(name: str, protocols: str, settings: list[int]) -> cv2.VideoCapture:
    import cv2

    with quietly({"OPENCV_FFMPEG_CAPTURE_OPTIONS": f"protocol_whitelist;{protocols}"}):
        return cv2.VideoCapture(name, cv2.CAP_FFMPEG, settings)


@contextmanager
def without_standard_error() -> Iterator[None]:
    """Sends what C code prints to standard error nowhere: OpenCV prints that WebM has no tag for VP8, and writes it."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def quietly(variables: dict[str, str]) -> Iterator[None]:
    """Sets environment variables, and keeps OpenCV and FFmpeg from writing to standard error what our errors say."""
    import cv2

    logging = cv2.utils.logging
    # FFmpeg's own level is read once, at the first video of a process.
    variables = {"OPENCV_FFMPEG_LOGLEVEL": "-8"} | variables
    with _OPENING:
        level = logging.setLogLevel(logging.LOG_LEVEL_SILENT)
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        try:
            yield
        finally:
            logging.setLogLevel(level)
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
