import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from opsin.media.sniff import is_picture, kind_of, kind_of_file


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF"])
def test_a_picture_is_known_by_its_first_bytes(encoded: Callable[..., bytes], kind: str) -> None:
    assert kind_of(encoded(kind)[:264]) == kind


def test_a_tiff_of_either_byte_order_and_size_is_known() -> None:
    assert {kind_of(head) for head in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")} == {"TIFF"}


def test_a_video_is_known_by_its_first_bytes(originals: list[Path]) -> None:
    kinds = {path.name: kind_of_file(path) for path in originals}
    assert kinds["clip.webm"] == "MKV"
    assert kinds["clip.avi"] == "AVI"


def test_the_brands_of_an_iso_file_tell_pictures_from_videos() -> None:
    assert kind_of(b"\0\0\0\x14ftypisom\0\0\0\0mp42") == "MP4"
    assert kind_of(b"\0\0\0\x14ftypheic\0\0\0\0mif1") == "HEIC"
    assert kind_of(b"\0\0\0\x14ftypmif1\0\0\0\0avif") == "AVIF"


def test_an_old_quicktime_file_is_a_video() -> None:
    assert kind_of(b"\0\0\1\0moov" + bytes(30)) == "MP4"


def test_a_zip_without_members_is_a_zip() -> None:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    assert kind_of(buffer.getvalue()) == "ZIP"


@pytest.mark.parametrize("head", [b"", b"R", b"RIFF", b"RIFF1234WAVE", b"%PDF-1.7", b"%!PS-Adobe", b"hello" * 60])
def test_anything_else_is_unknown(head: bytes) -> None:
    assert kind_of(head) is None


def test_a_folder_has_no_kind(tmp_path: Path) -> None:
    assert kind_of_file(tmp_path) is None


def test_a_picture_is_known_by_its_name_or_else_by_what_is_in_it(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    for name, data in {"empty.JPG": b"", "nameless": encoded("PNG"), "notes.txt": b"hello"}.items():
        (tmp_path / name).write_bytes(data)
    assert [path.name for path in sorted(tmp_path.iterdir()) if is_picture(path)] == ["empty.JPG", "nameless"]
