import subprocess
import sys
import threading
import time

import pytest

from opsin.core.errors import OpsinError
from opsin.store.lock import locked

HOLD = """
import sys, time
from pathlib import Path
from opsin.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def enters_within(path, seconds):
    """Whether the lock is had in that time, by a thread of its own; and the thread, to be joined later."""
    entered = threading.Event()

    def enter():
        with locked(path):
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    return entered.wait(seconds), thread


def test_a_second_thread_waits_until_the_first_is_done(tmp_path):
    with locked(tmp_path / "lock"):
        entered, thread = enters_within(tmp_path / "lock", 0.2)
        assert not entered
    thread.join(5)
    assert not thread.is_alive()


def test_the_lock_of_a_process_that_is_killed_is_free(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline().strip() == b"held"
        entered, thread = enters_within(tmp_path / "lock", 0.2)
        holder.kill()
    thread.join(5)
    assert (entered, thread.is_alive()) == (False, False)


def test_an_error_inside_gives_it_back(tmp_path):
    with pytest.raises(ValueError, match="inside"), locked(tmp_path / "lock"):
        raise ValueError("inside")
    started = time.monotonic()
    with locked(tmp_path / "lock"):
        assert time.monotonic() - started < 1


def test_the_folder_is_made(tmp_path):
    with locked(tmp_path / "a" / "lock"):
        assert (tmp_path / "a").is_dir()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    message = r"file cannot be written: .+\. Choose another folder, or change its permissions\.$"
    with pytest.raises(OpsinError, match=message), locked(tmp_path / "file" / "lock"):
        pass
