import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from opsin.core.errors import SourceError
from opsin.media.capture import open_camera, open_file
from opsin.media.limits import DEFAULT_LIMITS, Limits


@pytest.fixture
def clip(originals: list[Path]) -> Path:
    return next(path for path in originals if path.name == "clip.webm")


def test_a_video_is_opened_whatever_its_name(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "holiday").write_bytes(clip.read_bytes())
    assert open_file(tmp_path / "holiday").isOpened()


def test_a_missing_video_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"a\.mp4 is not a video that can be read\. Give an mp4, mov, avi, mkv or webm"
    ):
        open_file(tmp_path / "a.mp4")


def test_a_video_that_may_not_be_opened_says_so(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(path: Path, mode: str) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(SourceError, match=r"clip\.webm cannot be opened: Permission denied\.$"):
        open_file(clip)


def test_a_damaged_video_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    with pytest.raises(SourceError, match=r"a\.mp4 is damaged, or in a video format that cannot be read\. Get a fresh"):
        open_file(tmp_path / "a.mp4")


def test_opencv_says_nothing_of_a_damaged_video(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    # A new process: FFmpeg asks once only how much it may say.
    program = "import opsin.media.video as v, sys; print(*[i.source for i in v.video_items(v.Path(sys.argv[1]))])"
    command = [sys.executable, "-c", program, str(tmp_path / "a.mp4")]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (said.stdout.strip(), said.stderr) == (str(tmp_path / "a.mp4"), "")


def test_a_list_of_addresses_that_calls_itself_a_video_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("#EXTM3U\n#EXTINF:1\nhttp://127.0.0.1:9/a.ts\n")
    with pytest.raises(SourceError, match=r"a\.mp4 is not a video"):
        open_file(tmp_path / "a.mp4")


def test_files_may_reach_files_only(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def watch(name: str, backend: int, settings: list[int]) -> cv2.VideoCapture:
        seen.update(name=name, options=os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"])
        return capture(name, backend, settings)

    capture = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", watch)
    open_file(clip)
    assert seen["options"] == "protocol_whitelist;file,pipe"
    assert Path(seen["name"]).is_absolute()


@pytest.mark.parametrize("before", [None, "rtsp_transport;udp"])
def test_the_environment_is_left_as_it_was(clip: Path, monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    monkeypatch.delenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", raising=False)
    if before:
        monkeypatch.setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", before)
    environment = dict(os.environ)
    open_file(clip)
    assert dict(os.environ) == environment


def test_how_much_opencv_says_is_left_as_it_was(clip: Path) -> None:
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    open_file(clip)
    assert cv2.utils.logging.setLogLevel(before) == cv2.utils.logging.LOG_LEVEL_ERROR


def test_a_camera_that_is_not_there_says_so() -> None:
    with pytest.raises(
        SourceError, match=r"^Camera 9999 cannot be opened\. Check that it is there, and that no one uses"
    ):
        open_camera(9999, DEFAULT_LIMITS)


def test_a_network_camera_that_is_not_there_says_so() -> None:
    with pytest.raises(SourceError, match=r"^Camera rtsp://127\.0\.0\.1:9/a cannot be opened\."):
        open_camera("rtsp://127.0.0.1:9/a", Limits(max_seconds=2))
