import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.core.errors import ImageError, OptionError, SourceError
from opsin.core.image import Image
from opsin.media import video
from opsin.media.limits import Limits
from opsin.media.video import Video, add_sound, camera_items, video_facts, video_items, write_video

SHARED = Path(__file__).parents[3] / "shared" / "data" / "video"


def shades(count: int, size: tuple[int, int] = (48, 64)) -> Iterator[Image]:
    """Even images, from dark to light, so that a frame's number can be read from its colour."""
    for number in range(count):
        yield np.full((*size, 3), (10 + 10 * number, 0, 200), np.uint8)


def write(path: Path, fps: float, images: list[Image]) -> Path:
    with write_video(path, fps, images[0].shape[:2]) as writer:
        for image in images:
            writer.write(image)
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 frames, 10 a second."""
    return write(tmp_path_factory.mktemp("video") / "clip.webm", 10, list(shades(20)))


def avi(path: Path, count: int) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for image in shades(count):
        writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def test_what_is_written_is_read_back_in_its_order_and_colours(clip: Path) -> None:
    items = list(video_items(clip))
    assert [item.frame for item in items] == list(range(20))
    for item, image in zip(items, shades(20), strict=True):
        assert np.abs(item.read()[0].astype(int) - image).mean() < 6


def test_a_frame_knows_its_video_and_its_time(clip: Path) -> None:
    items = list(video_items(clip))
    assert {item.source for item in items} == {str(clip)}
    assert [item.seconds for item in items] == pytest.approx([number / 10 for number in range(20)])


def test_a_frame_is_read_whole_whatever_is_asked_for(clip: Path) -> None:
    assert next(iter(video_items(clip))).read((6, 8))[1] == (48, 64)
    assert next(iter(video_items(clip))).read((6, 8))[0].shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("every", "frames"),
    [
        (0.5, [0, 5, 10, 15]),
        (0.2, list(range(0, 20, 2))),
        (0.25, [0, 3, 5, 8, 10, 13, 15, 18]),
        (0.01, list(range(20))),
        (9, [0]),
    ],
)
def test_one_frame_is_taken_for_every_so_many_seconds(clip: Path, every: float, frames: list[int]) -> None:
    assert [item.frame for item in video_items(clip, every_seconds=every)] == frames


def test_the_facts_of_a_video(clip: Path) -> None:
    assert video_facts(clip) == Video(10.0, 20, (48, 64))


def test_what_is_no_video_has_no_facts(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not a video that can be read"):
        video_facts(tmp_path)


def test_a_video_of_an_odd_size_has_one_row_and_column_more(tmp_path: Path) -> None:
    path = write(tmp_path / "odd.webm", 5, list(shades(3, (47, 63))))
    assert video_facts(path).size == (48, 64)
    assert np.abs(next(iter(video_items(path))).read()[0].astype(int) - (10, 0, 200)).max() < 10


def test_an_avi_is_read(tmp_path: Path) -> None:
    assert len(list(video_items(avi(tmp_path / "a.avi", 5)))) == 5


def test_a_damaged_video_is_an_item_that_cannot_be_read(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "a.webm").write_bytes(clip.read_bytes()[:100])
    (item,) = video_items(tmp_path / "a.webm")
    with pytest.raises(ImageError, match=r"a\.webm (is damaged|ends after 0 of all frames)"):
        item.read()


def test_a_video_with_too_many_pixels_is_not_decoded(clip: Path) -> None:
    (item,) = video_items(clip, limits=Limits(max_pixels=100))
    with pytest.raises(ImageError, match=r"clip\.webm has 64 x 48 = 3,072 pixels, more than the 100 allowed"):
        item.read()


def test_a_video_cut_short_says_so_after_its_last_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = avi(tmp_path / "a.avi", 5)
    monkeypatch.setattr(video, "_facts", lambda capture: Video(10, 50, (48, 64)))
    *_, last = video_items(path)
    with pytest.raises(ImageError, match=r"a\.avi ends after 5 of 50 frames: it is cut short\. Get a fresh copy\.$"):
        last.read()


def test_a_real_video_cut_in_half_gives_its_half_and_says_so(tmp_path: Path) -> None:
    if not (SHARED / "vtest.avi").exists():
        pytest.skip("the sample videos are not here")
    (tmp_path / "half.avi").write_bytes((SHARED / "vtest.avi").read_bytes()[:300_000])
    *frames, last = video_items(tmp_path / "half.avi")
    assert len(frames) > 5
    with pytest.raises(ImageError, match=r"half\.avi ends after \d+ of 795 frames"):
        last.read()


def test_a_video_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    if not (SHARED / "car-detection.mp4").exists():
        pytest.skip("the sample videos are not here")
    data = bytearray((SHARED / "car-detection.mp4").read_bytes())
    upright = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 0x40000000)
    at = data.index(upright, data.index(b"tkhd"))
    data[at : at + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 0x40000000)
    (tmp_path / "sideways.mp4").write_bytes(data)
    straight = next(iter(video_items(SHARED / "car-detection.mp4"))).read()[0]
    turned = next(iter(video_items(tmp_path / "sideways.mp4"))).read()[0]
    assert (turned == np.rot90(straight, -1)).all()
    assert video_facts(tmp_path / "sideways.mp4").size == turned.shape[:2]


class Camera:
    """A camera of three frames, the second of them damaged."""

    def __init__(self) -> None:
        self.frames = iter(
            [(True, np.zeros((4, 6, 3), np.uint8)), (False, None), (True, np.zeros((4, 6, 3), np.uint8))]
        )
        self.is_released = False

    def grab(self) -> bool:
        self.frame = next(self.frames, None)
        return self.frame is not None

    def retrieve(self) -> object:
        return self.frame

    def release(self) -> None:
        self.is_released = True


def test_a_camera_gives_frames_with_their_times(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera()
    monkeypatch.setattr(video, "open_camera", lambda number, limits: camera)
    items = list(camera_items(0))
    assert [(item.source, item.frame) for item in items] == [("camera 0", 0), ("camera 0", 1), ("camera 0", 2)]
    assert all(0 <= (item.seconds or 0) < 1 for item in items)
    assert camera.is_released


def test_a_damaged_frame_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "open_camera", lambda address, limits: Camera())
    good, bad, other = camera_items("rtsp://camera/1")
    with pytest.raises(ImageError, match=r"^Frame 1 of rtsp://camera/1 is damaged\.$"):
        bad.read()
    assert good.read()[1] == other.read()[1] == (4, 6)


def test_a_video_whose_iterator_is_left_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera()
    monkeypatch.setattr(video, "open_camera", lambda number, limits: camera)
    items = camera_items(0)
    next(items)
    items.close()  # type: ignore[attr-defined]  # it is a generator
    assert camera.is_released


def test_a_video_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.webm").write_bytes(b"before")
    with pytest.raises(OptionError), write_video(tmp_path / "a.webm", 10, (48, 64)) as writer:
        writer.write(np.zeros((5, 6, 3), np.uint8))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.webm", b"before")]


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with (
        write_video(tmp_path / "a.webm", 10, (48, 64)) as writer,
        pytest.raises(OptionError, match=r"^Every frame must have the video's size \(48, 64\); got \(5, 6\)\.$"),
    ):
        writer.write(np.zeros((5, 6, 3), np.uint8))


def test_a_video_must_be_called_webm(tmp_path: Path) -> None:
    with (
        pytest.raises(OptionError, match=r"^A video is written as WebM: its name must end with \.webm; got a\.mp4\.$"),
        write_video(tmp_path / "a.mp4", 10, (48, 64)),
    ):
        pass


@pytest.mark.parametrize(("fps", "size"), [(0, (48, 64)), (float("nan"), (48, 64)), (10, (0, 64))])
def test_a_video_must_hold_something(tmp_path: Path, fps: float, size: tuple[int, int]) -> None:
    with (
        pytest.raises(OptionError, match=r"^A video needs more than 0 frames a second and pixels; got "),
        write_video(tmp_path / "a.webm", fps, size),
    ):
        pass


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "_beside", lambda path: path / "no" / "such" / "folder.webm")
    with (
        pytest.raises(OptionError, match=r"cannot be written to, or OpenCV here cannot write VP8\.$"),
        write_video(tmp_path / "a.webm", 10, (48, 64)),
    ):
        pass


def pretend_ffmpeg(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """A program called ffmpeg, in Python; it sees its arguments as `arguments`."""
    path = folder / "ffmpeg"
    path.write_text(f"#!{sys.executable}\nimport sys, pathlib\narguments = sys.argv[1:]\n{program}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_without_ffmpeg_there_is_no_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert add_sound(tmp_path / "from.mp4", tmp_path / "to.webm") is False


@pytest.mark.skipif(sys.platform == "win32", reason="Windows runs no scripts by their first line")
def test_ffmpeg_writes_beside_and_only_files_are_open_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "to.webm").write_bytes(b"silent")
    pretend_ffmpeg(tmp_path, monkeypatch, "pathlib.Path(arguments[-1]).write_text(' '.join(arguments))")
    assert add_sound(tmp_path / "from.mp4", tmp_path / "to.webm") is True
    said = (tmp_path / "to.webm").read_text()
    assert said.count("-protocol_whitelist file,pipe -i") == 2
    assert f"-i {tmp_path}/from.mp4" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ffmpeg", "to.webm"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows runs no scripts by their first line")
def test_where_ffmpeg_fails_the_video_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "to.webm").write_bytes(b"silent")
    pretend_ffmpeg(tmp_path, monkeypatch, "pathlib.Path(arguments[-1]).write_text('half')\nsys.exit(1)")
    assert add_sound(tmp_path / "from.mp4", tmp_path / "to.webm") is False
    assert (tmp_path / "to.webm").read_bytes() == b"silent"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ffmpeg", "to.webm"]
