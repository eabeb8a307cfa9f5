import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from opsin.core.errors import ImageError, OptionError, SourceError
from opsin.core.image import Image
from opsin.media import sources
from opsin.media.item import Item
from opsin.media.limits import Limits
from opsin.media.sources import open_source, read_image


@pytest.fixture
def folder(tmp_path: Path, encoded: Callable[..., bytes]) -> Path:
    """a.png, b.jpg, deep/c.png and all.zip, which holds d.png."""
    (tmp_path / "deep").mkdir()
    for name in ("a.png", "deep/c.png"):
        (tmp_path / name).write_bytes(encoded("PNG"))
    (tmp_path / "b.jpg").write_bytes(encoded("JPEG"))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("d.png", encoded("PNG"))
    return tmp_path


class StandardInput:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def names(source: Any, **options: Any) -> list[str]:
    return [Path(item.source).name for item in open_source(source, **options)]


def test_a_file_is_one_picture(folder: Path, photo: Image) -> None:
    for path in (folder / "a.png", str(folder / "a.png")):
        (item,) = open_source(path)
        assert item.source == str(path)
        assert (item.read()[0] == photo).all()


def test_a_folder_is_its_pictures(folder: Path) -> None:
    assert names(folder) == ["a.png", "b.jpg", "c.png"]
    assert names(folder, is_recursive=False) == ["a.png", "b.jpg"]


def test_a_pattern_is_all_it_matches(folder: Path) -> None:
    assert names(f"{folder}/*.png") == ["a.png"]
    assert names(f"{folder}/*") == ["a.png", "d.png", "b.jpg"]


def test_an_archive_is_its_pictures(folder: Path) -> None:
    assert names(folder / "all.zip") == ["d.png"]


def test_a_video_is_its_frames(originals: list[Path]) -> None:
    clip = next(path for path in originals if path.name == "clip.avi")
    assert [item.frame for item in open_source(clip, every_seconds=0.5)] == [0, 5, 10]


def test_standard_input_is_one_picture(
    encoded: Callable[..., bytes], photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", StandardInput(encoded("PNG")))
    (item,) = open_source("-")
    assert item.source == "standard input"
    assert (item.read()[0] == item.read()[0]).all()


def test_standard_input_is_not_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StandardInput(bytes(1000)))
    (item,) = open_source("-", limits=Limits(max_bytes=10))
    assert sys.stdin.buffer.tell() == 11
    with pytest.raises(ImageError, match=r"^standard input has more than the 10 bytes allowed"):
        item.read()


def test_an_address_is_one_picture() -> None:
    (item,) = open_source("https://127.0.0.1/cat.jpg?size=large*")
    assert item.source == "https://127.0.0.1/cat.jpg?size=large*"


@pytest.mark.parametrize("camera", [0, "rtsp://camera/1", "RTSPS://camera/1"])
def test_a_camera_is_its_frames(camera: int | str, monkeypatch: pytest.MonkeyPatch) -> None:
    def camera_items(asked: int | str, **options: object) -> Iterator[Item]:
        assert options == {"limits": Limits(max_pixels=9), "every_seconds": 2}
        return iter([Item(f"frame of {asked}", lambda at_least: (np.zeros((1, 1, 3), np.uint8), (1, 1)))])

    monkeypatch.setattr(sources, "camera_items", camera_items)
    assert [item.source for item in open_source(camera, limits=Limits(max_pixels=9), every_seconds=2)] == [
        f"frame of {camera}"
    ]


def test_what_is_in_memory_is_one_picture(encoded: Callable[..., bytes], photo: Image) -> None:
    for held in (encoded("PNG"), photo, Pillow.fromarray(photo)):
        (item,) = open_source(held)
        image, size = item.read((4, 4))
        assert (image == photo).all()
        assert size == (48, 64)


def test_a_pillow_picture_from_a_file_keeps_its_name(folder: Path) -> None:
    with Pillow.open(folder / "a.png") as picture:
        assert names(picture) == ["a.png"]


def test_a_list_is_all_that_is_in_it_numbered_where_it_has_no_name(folder: Path, photo: Image) -> None:
    held = [folder / "a.png", photo, [photo, b"x"], Pillow.fromarray(photo)]
    assert names(held) == ["a.png", "array 2", "array 1", "bytes 2", "Pillow picture 4"]


def test_a_list_may_be_an_endless_iterator(photo: Image) -> None:
    def endless() -> Iterator[Image]:
        while True:
            yield photo

    assert next(open_source(endless())).source == "array 1"


def test_what_cannot_be_opened_in_a_list_does_not_stop_the_others(folder: Path) -> None:
    (folder / "bare").mkdir()
    asked = [folder / "gone.jpg", folder / "bare", 1.5, folder / "a.png"]
    items = list(open_source(asked))
    assert items[3].read()[1] == (48, 64)
    for item, said in zip(
        items, ["There is no file", "is a folder without pictures", "A source must be"], strict=False
    ):
        with pytest.raises(ImageError, match=said):
            item.read()


def test_an_array_that_is_no_image_says_so_when_it_is_read() -> None:
    (item,) = open_source(np.zeros((4, 4)))
    with pytest.raises(ImageError, match=r"^An image must be uint8 of shape .+; got float64 \(4, 4\)\.$"):
        item.read()


def test_a_missing_file_says_so_when_it_is_read(tmp_path: Path) -> None:
    (item,) = open_source(tmp_path / "gone.jpg")
    with pytest.raises(ImageError, match=r"^There is no file .+gone\.jpg\. Check its name\.$"):
        item.read()


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "a/" * 3000])
def test_a_name_that_no_file_can_have_says_so_when_it_is_read(name: str) -> None:
    (item,) = open_source(name)
    with pytest.raises(ImageError, match="cannot be opened"):
        item.read()


def test_a_file_that_may_not_be_opened_says_so_when_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(path: Path, mode: str) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    (item,) = open_source(folder / "a.png")
    with pytest.raises(ImageError, match=r"a\.png cannot be opened: Permission denied\.$"):
        item.read()


def test_a_folder_without_pictures_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r" is a folder without pictures\. Give one that holds some\.$"):
        list(open_source(tmp_path))


def test_an_archive_without_pictures_is_no_source(tmp_path: Path) -> None:
    zipfile.ZipFile(tmp_path / "all.zip", "w").close()
    with pytest.raises(SourceError, match=r"all\.zip is an archive without pictures\. Give one that holds some\.$"):
        list(open_source(tmp_path / "all.zip"))


def test_a_pattern_without_matches_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^No picture matches .+\*\.png\. Check the pattern\.$"):
        list(open_source(f"{tmp_path}/*.png"))


def test_a_camera_that_is_not_there_is_no_source() -> None:
    with pytest.raises(SourceError, match=r"^Camera 9999 cannot be opened"):
        list(open_source(9999))


@pytest.mark.parametrize("source", [1.5, None, True, -1, {"a": 1}, bytearray(b"x"), object()])
def test_what_cannot_hold_pictures_is_no_source(source: Any) -> None:
    said = rf"^A source must be a path, .+ or a list of these; got {type(source).__name__} "
    with pytest.raises(SourceError, match=said):
        list(open_source(source))


def test_no_text_is_no_source() -> None:
    with pytest.raises(
        SourceError, match=r"^A source must not be empty text\. Give a path, a pattern or an address\.$"
    ):
        list(open_source(""))


@pytest.mark.parametrize("every", [0, -1, float("nan")])
def test_the_time_between_frames_is_above_nothing(every: float, photo: Image) -> None:
    with pytest.raises(OptionError, match=r"^every_seconds must be above 0; got "):
        open_source(photo, every_seconds=every)


def test_one_image_is_read_with_every_pixel(folder: Path, photo: Image) -> None:
    assert (read_image(folder / "a.png") == photo).all()
    assert (read_image([photo]) == photo).all()


def test_one_image_is_not_read_from_many(folder: Path, photo: Image) -> None:
    said = r" holds more than one picture, where one is asked for\. Use opsin\.stream, or name one of them\.$"
    with pytest.raises(SourceError, match=f"^{folder}{said}"):
        read_image(folder)
    with pytest.raises(SourceError, match=f"^The list given{said}"):
        read_image([photo, photo])


def test_one_image_is_not_read_from_none() -> None:
    with pytest.raises(SourceError, match=r"^The list given holds no picture, where one is asked for"):
        read_image([])


def test_the_limits_hold_for_one_image_too(folder: Path) -> None:
    with pytest.raises(ImageError, match=r"a\.png has 64 x 48 = 3,072 pixels, more than the 9 allowed"):
        read_image(folder / "a.png", limits=Limits(max_pixels=9))


def test_thousands_of_pictures_are_listed_without_being_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        (tmp_path / f"{number:04}.jpg").touch()
    monkeypatch.setattr(Path, "open", None)
    assert len(names(tmp_path)) == 300
