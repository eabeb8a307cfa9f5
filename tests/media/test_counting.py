import zipfile

import numpy as np
import pytest

from opsin.media.counting import expected
from opsin.media.files import save_image
from opsin.media.sources import open_source
from opsin.media.video import Video, video_items, write_video

IMAGE = np.zeros((8, 8, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    """a.png, b.png and deep/c.png."""
    for name in ("a.png", "b.png", "deep/c.png"):
        save_image(tmp_path / name, IMAGE)
    return tmp_path


@pytest.fixture
def clip(tmp_path):
    """Two seconds of 10 frames each, in a container that tells how many there are."""
    with write_video(tmp_path / "clip.webm", 10, (16, 16)) as video:
        for _ in range(20):
            video.write(np.zeros((16, 16, 3), np.uint8))
    return tmp_path / "clip.webm"


def test_nothing_gives_nothing():
    assert expected([]) == 0


def test_a_picture_is_one_whether_it_is_there_or_not(folder):
    assert expected([str(folder / "a.png"), str(folder / "gone.png")]) == 2


def test_a_folder_is_as_many_as_are_in_and_under_it(folder):
    assert expected([str(folder)]) == 3


def test_a_pattern_is_as_many_as_it_matches(folder):
    assert expected([f"{folder}/*.png"]) == 2


def test_a_pattern_that_matches_nothing_gives_nothing(tmp_path):
    assert expected([f"{tmp_path}/*.png"]) == 0


@pytest.mark.parametrize("source", ["-", "https://127.0.0.1/cat.jpg", "HTTP://127.0.0.1/cat.jpg"])
def test_standard_input_and_an_address_are_one(source):
    assert expected([source]) == 1


@pytest.mark.parametrize("source", [0, "rtsp://camera/1", "rtsps://camera/1"])
def test_a_camera_never_ends(source, folder):
    assert expected([str(folder), source]) is None


def test_an_archive_is_not_opened_to_count(folder):
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(folder / "a.png", "a.png")
    assert expected([str(folder / "all.zip")]) is None


def test_a_video_is_its_frames_as_far_as_it_tells(clip):
    assert expected([str(clip)]) in (20, None)


def test_a_damaged_video_is_one_thing_that_cannot_be_read(tmp_path):
    (tmp_path / "a.webm").write_bytes(b"\x1aE\xdf\xa3 and then nothing of a video")
    assert expected([str(tmp_path / "a.webm")]) == 1


@pytest.mark.parametrize("every", [0.1, 0.2, 0.25, 0.5, 1, 9])
def test_frames_some_seconds_apart_are_counted_as_they_come(clip, every, monkeypatch):
    monkeypatch.setattr("opsin.media.counting.video_facts", lambda path: Video(10.0, 20, (16, 16)))
    given = len(list(video_items(clip, every_seconds=every)))
    assert expected([str(clip)], every) == pytest.approx(given, abs=1)


@pytest.mark.parametrize("facts", [Video(10.0, None, (16, 16)), Video(0.0, None, (16, 16))])
def test_a_video_that_does_not_tell_cannot_be_counted(clip, facts, monkeypatch):
    monkeypatch.setattr("opsin.media.counting.video_facts", lambda path: facts)
    assert expected([str(clip)], 1) is None


def test_a_count_is_what_the_source_then_gives(folder):
    sources = [str(folder), f"{folder}/*.png", str(folder / "b.png")]
    assert expected(sources) == len(list(open_source(sources)))
