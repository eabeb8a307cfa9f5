import errno
import hashlib
import os
import sys
import threading

import pytest

from opsin.core.errors import OpsinError
from opsin.store.files import sha256, write_atomically, writing_to


def write(path, content):
    with write_atomically(path) as file:
        file.write(content)


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"abc" * 1_000_000)
    assert sha256(tmp_path / "file") == hashlib.sha256(b"abc" * 1_000_000).hexdigest()


def test_what_is_written_is_there_at_the_end_and_alone(tmp_path):
    write(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]


def test_nothing_is_there_before_the_end(tmp_path):
    with write_atomically(tmp_path / "file") as file:
        file.write(b"new")
        assert not (tmp_path / "file").exists()


def test_folders_are_made(tmp_path):
    write(tmp_path / "a" / "b" / "file", b"new")
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_any_error_leaves_what_was_there_and_nothing_else(error, tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(error), write_atomically(tmp_path / "file") as file:
        raise error(file.write(b"half"))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


def test_many_writers_at_once_leave_one_whole_file(tmp_path):
    contents = [bytes([number]) * 100_000 for number in range(8)]
    threads = [threading.Thread(target=write, args=(tmp_path / "file", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() in contents for path in tmp_path.iterdir()] == [True]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_the_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    write(tmp_path / "file", b"new")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path):
    message = f"There is no room left on the disk that holds {tmp_path}. Make some, or choose another folder."
    with pytest.raises(OpsinError) as caught, write_atomically(tmp_path / "file"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert (str(caught.value), list(tmp_path.iterdir())) == (message, [])


def test_another_error_of_the_system_stays_what_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), writing_to(tmp_path):
        (tmp_path / "none").read_bytes()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        OpsinError, match=r"file cannot be written: .+\. Choose another folder, or change its permissions"
    ):
        write(tmp_path / "file" / "below", b"new")


def test_a_name_that_is_taken_by_a_folder_is_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(OpsinError, match=r"file cannot be written: "):
        write(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
