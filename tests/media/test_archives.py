import gc
import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opsin.core.errors import ImageError
from opsin.core.image import Image
from opsin.media.archives import archive_items
from opsin.media.item import Item
from opsin.media.limits import DEFAULT_LIMITS, Limits
from opsin.media.sniff import kind_of_file

Make = Callable[[dict[str, bytes]], Path]


@pytest.fixture(params=["zip", "tar", "tar.gz", "tar.bz2"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """An archive of each kind with the members given."""
    path = tmp_path / f"all.{request.param}"
    return lambda members: make_zip(path, members) if path.suffix == ".zip" else make_tar(path, members)


def make_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def make_tar(path: Path, members: dict[str, bytes]) -> Path:
    how = {".gz": "w:gz", ".bz2": "w:bz2"}.get(path.suffix, "w")
    with tarfile.open(path, how) as archive:  # type: ignore[call-overload]  # the ways are not literals here
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def items_of(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[Item]:
    return list(archive_items(path, kind_of_file(path) or "", limits=limits))


def test_the_pictures_of_an_archive_are_read_in_place(make: Make, encoded: Callable[..., bytes], photo: Image) -> None:
    path = make({"b.png": encoded("PNG"), "notes.txt": b"hello", "deep/a.jpg": encoded("JPEG")})
    items = items_of(path)
    assert [item.source for item in items] == [f"{path}/b.png", f"{path}/deep/a.jpg"]
    assert (items[0].read()[0] == photo).all()
    assert items[1].read((6, 8))[0].shape == (6, 8, 3)
    assert list(path.parent.iterdir()) == [path]


def test_hidden_members_are_passed_over(make: Make) -> None:
    assert items_of(make({".a.jpg": b"x", "__MACOSX/b.jpg": b"x", ".git/c.jpg": b"x", ".git/d.zip": b"x"})) == []


def test_pictures_can_be_read_by_several_threads_after_the_iterator_has_ended(
    make: Make, encoded: Callable[..., bytes]
) -> None:
    items = items_of(make({f"{number}.png": encoded("PNG") for number in range(20)}))
    with ThreadPoolExecutor(4) as pool:
        assert [size for _, size in pool.map(Item.read, items)] == [(48, 64)] * 20


@pytest.mark.parametrize(
    "name", ["../out.jpg", "a/../../out.jpg", "/root.jpg", "C:\\x.jpg", "..\\out.jpg", "../out.txt"]
)
def test_a_name_that_leads_out_is_not_read(make: Make, encoded: Callable[..., bytes], name: str) -> None:
    bad, good = items_of(make({name: encoded("PNG"), "good.png": encoded("PNG")}))
    with pytest.raises(
        ImageError, match=r"out of its archive, and is not read\. Make the archive anew, with plain names"
    ):
        bad.read()
    assert good.read()[1] == (48, 64)


def test_an_archive_inside_an_archive_is_not_read(make: Make) -> None:
    (item,) = items_of(make({"inner.tar.gz": b"x"}))
    with pytest.raises(
        ImageError, match=r"inner\.tar\.gz is an archive inside an archive\. Unpack the outer one first\.$"
    ):
        item.read()


def test_a_damaged_member_does_not_stop_the_others(make: Make, encoded: Callable[..., bytes]) -> None:
    bad, good = items_of(make({"bad.jpg": encoded("JPEG")[:900], "good.png": encoded("PNG")}))
    with pytest.raises(ImageError, match=r"bad\.jpg is damaged: image file is truncated"):
        bad.read()
    assert good.read()[1] == (48, 64)


def test_a_member_has_as_many_bytes_as_allowed_and_no_more(make: Make, encoded: Callable[..., bytes]) -> None:
    data = encoded("PNG")
    path = make({"large.png": data + b"x", "good.png": data})
    large, good = items_of(path, Limits(max_bytes=len(data)))
    with pytest.raises(ImageError, match=r"large\.png has more than the .+ bytes allowed\."):
        large.read()
    assert good.read()[1] == (48, 64)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"none", "is not a picture that can be read; it begins with b'none"),
        (b"GIF89a", "has more than the 9,999 bytes"),
    ],
)
def test_what_will_be_refused_is_not_unpacked_first(tmp_path: Path, head: bytes, said: str) -> None:
    path = make_zip(tmp_path / "all.zip", {"a.jpg": head + bytes(10_000 - len(head))}, zipfile.ZIP_STORED)
    # A wrong byte near its end would be noticed if it were read.
    data = bytearray(path.read_bytes())
    data[9000] ^= 1
    path.write_bytes(data)
    (item,) = items_of(path, Limits(max_bytes=9999 if head == b"GIF89a" else 10_000))
    with pytest.raises(ImageError, match=said):
        item.read()


def test_memory_does_not_grow_with_the_members_of_a_tar(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "all.tar", {f"{number}.txt": b"x" for number in range(500)} | {"last.png": b"x"})
    items = archive_items(path, "TAR", limits=DEFAULT_LIMITS)
    assert next(items).source == f"{path}/last.png"
    assert sum(isinstance(each, tarfile.TarInfo) for each in gc.get_objects()) < 100


def test_an_archive_cut_short_is_damaged(make: Make, encoded: Callable[..., bytes]) -> None:
    path = make({"a.png": encoded("PNG"), "b.png": os.urandom(9000)})
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(ImageError, match=r"is damaged, or no archive that can be read: .+\. Get a fresh copy\.$"):
        items_of(path)[-1].read()


def test_a_zip_member_with_other_bytes_than_promised_is_damaged(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    path = make_zip(tmp_path / "all.zip", {"a.png": encoded("PNG")}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[150] ^= 1
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"a\.png is damaged, or .+: Bad CRC-32"):
        items_of(path)[0].read()


def test_a_locked_zip_member_is_said_to_be_locked(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    path = make_zip(tmp_path / "all.zip", {"a.png": encoded("PNG")})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"a\.png is locked with a password\. Make the archive without one\.$"):
        items_of(path)[0].read()


def test_a_zip_member_packed_unusually_is_refused(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    path = make_zip(tmp_path / "all.zip", {"a.png": encoded("PNG")}, zipfile.ZIP_LZMA)
    with pytest.raises(ImageError, match=r"a\.png is packed in an unusual way\. Make the archive with plain zip\.$"):
        items_of(path)[0].read()


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            member = tarfile.TarInfo("link.jpg")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    assert items_of(tmp_path / "all.tar") == []


def test_a_tar_that_unpacks_beyond_measure_is_given_up(tmp_path: Path) -> None:
    member = tarfile.TarInfo("filling.txt")
    member.size = 50_000_000
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(gzip.compress(member.tobuf() + bytes(member.size)))
    (item,) = items_of(path, Limits(max_bytes=1000))
    with pytest.raises(ImageError, match=r"it unpacks to far more than pictures would\. Get a fresh copy\.$"):
        item.read()


def test_compressed_things_other_than_a_tar_are_no_archive(tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(b"hello" * 500))
    (item,) = items_of(tmp_path / "log.gz")
    with pytest.raises(ImageError, match=r"log\.gz is damaged, or no archive that can be read: "):
        item.read()
