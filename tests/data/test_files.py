import hashlib
import zipfile

import numpy as np
import pytest

from opsin.core.errors import ImageError, SourceError
from opsin.data.files import Files, zipped
from opsin.media.files import save_image


@pytest.fixture
def files(folder_of):
    return Files(folder_of({"cat": 2, "dog": 1}), ("cat/0.png", "cat/1.png", "dog/0.png"))


@pytest.fixture
def archive(files, tmp_path):
    """The same pictures in a zip archive, with a hidden file, an archive and a text beside them."""
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as made:
        for index, name in enumerate(files.names):
            made.write(files.path(index), name)
        made.writestr("__MACOSX/cat/0.png", b"no picture")
        made.writestr("cat/more.zip", b"PK")
        made.writestr("cat/notes.txt", b"notes")
    return tmp_path / "photos.zip"


def test_a_picture_is_read_when_it_is_asked_for(files, picture):
    assert (files[0] == picture(1)).all()


def test_a_file_goes_by_its_path_from_the_root(files):
    assert (files.name(2), len(files)) == ("dog/0.png", 3)


def test_its_digest_is_that_of_its_bytes(files):
    assert files.digest(1) == hashlib.sha256(files.path(1).read_bytes()).digest()


def test_taking_keeps_the_order_asked_for(files):
    assert files.take(np.array([2, 0])).names == ("dog/0.png", "cat/0.png")


def test_a_large_photograph_can_be_had_smaller(tmp_path):
    save_image(tmp_path / "large.jpg", np.zeros((800, 640, 3), np.uint8))
    assert Files(tmp_path, ("large.jpg",)).reduced(0, (64, 64)).shape == (100, 80, 3)


def test_a_missing_file_is_named(tmp_path):
    files = Files(tmp_path, ("gone.png",))
    with pytest.raises(ImageError, match=r"^There is no file gone\.png\. Check its name\.$"):
        files[0]
    with pytest.raises(ImageError, match=r"^gone\.png cannot be opened: No such file or directory\.$"):
        files.digest(0)


def test_a_stamp_changes_with_the_file_and_only_then(files, picture):
    before = files.stamp(0)
    assert files.stamp(0) == before
    save_image(files.path(0), picture(99))
    assert files.stamp(0) != before


def test_a_missing_file_has_a_stamp_too(tmp_path):
    assert Files(tmp_path, ("gone.png",)).stamp(0) == "gone.png is missing"


def test_an_archive_holds_the_same_pictures_and_nothing_else(archive, files):
    inside = zipped(archive)
    assert inside.names == files.names
    assert all((inside[index] == files[index]).all() for index in range(3))


def test_an_archive_has_the_digests_of_its_files(archive, files):
    inside = zipped(archive)
    assert [inside.digest(index) for index in range(3)] == [files.digest(index) for index in range(3)]


def test_taking_from_an_archive_keeps_the_order_asked_for(archive, files):
    inside = zipped(archive).take(np.array([2, 1]))
    assert (inside.names, len(inside)) == (("dog/0.png", "cat/1.png"), 2)
    assert (inside[0] == files[2]).all()


def test_stamps_of_an_archive_differ(archive):
    inside = zipped(archive)
    assert len({inside.stamp(index) for index in range(3)}) == 3


def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as made:
        made.writestr("cat/../../evil.png", b"x")
    with pytest.raises(ImageError, match=r"evil\.png leads out of its archive"):
        zipped(tmp_path / "bad.zip")


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"PK\3\4 and no more")
    with pytest.raises(SourceError, match=r"bad\.zip is no zip archive that can be read: .+\.$"):
        zipped(tmp_path / "bad.zip")


def test_a_damaged_member_is_named(archive):
    data = bytearray(archive.read_bytes())
    data[60] ^= 255  # inside the first picture
    archive.write_bytes(bytes(data))
    with pytest.raises(ImageError, match=r"^cat/0\.png is damaged: Bad CRC-32"):
        zipped(archive).digest(0)
