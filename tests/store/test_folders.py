import errno
from pathlib import Path

import pytest

from opsin.core.errors import OpsinError, UsageError
from opsin.store.folders import check_own, folder_atomically

OWN = ("a.txt", "b.txt")


def write(path, text="new", name="a.txt"):
    with folder_atomically(path, OWN) as folder:
        (folder / name).write_text(text)


def write_half(path, error):
    with folder_atomically(path, OWN) as folder:
        (folder / "b.txt").touch()
        raise error


def everything(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_folder_takes_its_name_at_the_end(tmp_path):
    with folder_atomically(tmp_path / "deep" / "made", OWN) as folder:
        (folder / "a.txt").write_text("new")
        assert not (tmp_path / "deep" / "made").exists()
    assert everything(tmp_path) == ["deep", "deep/made", "deep/made/a.txt"]


def test_an_earlier_folder_is_replaced_as_a_whole(tmp_path):
    write(tmp_path / "made", name="b.txt")
    write(tmp_path / "made")
    assert everything(tmp_path) == ["made", "made/a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_earlier_folder_is_still_there_and_nothing_else(tmp_path, error):
    write(tmp_path / "made", "old")
    with pytest.raises(error):
        write_half(tmp_path / "made", error)
    assert everything(tmp_path) == ["made", "made/a.txt"]
    assert (tmp_path / "made" / "a.txt").read_text() == "old"


def test_a_rename_that_fails_brings_the_earlier_folder_back(tmp_path, monkeypatch):
    write(tmp_path / "made", "old")
    rename, calls = Path.rename, []

    def second_fails(self, to):
        calls.append(to)
        if len(calls) == 2:
            raise OSError(errno.EACCES, "no")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(OSError, match="no"):
        write(tmp_path / "made")
    assert everything(tmp_path) == ["made", "made/a.txt"]
    assert (tmp_path / "made" / "a.txt").read_text() == "old"


def test_what_somebody_else_put_there_is_not_lost(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UsageError, match=r"holds something else \(mine\.txt\), which would be lost\. Name a folder"):
        write(tmp_path)
    assert everything(tmp_path) == ["mine.txt"]


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    (tmp_path / "made").write_text("mine")
    with pytest.raises(UsageError, match=r"made is a file\. Name a folder that is new\."):
        check_own(tmp_path / "made", OWN)


def test_a_full_disk_is_said_to_be(tmp_path):
    with pytest.raises(OpsinError, match="no room left on the disk"), folder_atomically(tmp_path / "made", OWN):
        raise OSError(errno.ENOSPC, "full")
    assert everything(tmp_path) == []


def test_where_no_folder_can_be_made_one_line_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OpsinError, match=r"file cannot be written to: Not a directory\. Choose another folder"):
        write(tmp_path / "file" / "made")
