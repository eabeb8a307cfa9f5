"""Failures that are counted over several runs, and the log of attempts."""

import json
import stat
import sys
from datetime import datetime

import pytest

from opsin.core.errors import InputError, OpsinError, RefusedError
from opsin.uses._attempts import WAIT_SECONDS, Attempts, write_line


@pytest.fixture
def attempts(tmp_path):
    return lambda subject="faces\nAda", limit=3: Attempts(tmp_path / "unlock.json", subject, limit)


def test_it_answers_how_many_are_left(attempts):
    assert [attempts().begin(now=at) for at in (0.0, 1.0, 2.0)] == [2, 1, 0]


def test_after_too_many_there_are_no_more_in_any_run(attempts):
    for at in (0.0, 1.0, 2.0):
        attempts().begin(now=at)
    with pytest.raises(RefusedError, match=r"^There were 3 failed attempts in a row\. Try again in 14 minutes\.$"):
        attempts().begin(now=100.0)


def test_after_the_wait_there_are_some_again(attempts):
    for at in (0.0, 1.0, 2.0):
        attempts().begin(now=at)
    assert attempts().begin(now=3.0 + WAIT_SECONDS) == 2


def test_an_attempt_counts_from_its_beginning_so_that_breaking_off_does_not_help(attempts):
    attempts(limit=1).begin(now=0.0)
    with pytest.raises(RefusedError, match=r"^There were 1 failed attempts"):
        attempts(limit=1).begin(now=1.0)


def test_who_was_let_in_begins_anew(attempts):
    attempts().begin(now=0.0)
    attempts().succeed()
    assert attempts().begin(now=1.0) == 2


def test_each_person_has_a_count_of_their_own(attempts):
    attempts().begin(now=0.0)
    assert attempts("faces\nBob").begin(now=0.0) == 2
    attempts("faces\nBob").succeed()
    assert attempts().begin(now=1.0) == 1


def test_a_clock_put_back_does_not_help(attempts):
    for _ in range(3):
        attempts().begin(now=1e9)
    with pytest.raises(RefusedError, match=r"Try again in 15 minutes\.$"):
        attempts().begin(now=5.0)


def test_a_clock_that_was_wrong_keeps_nobody_out_for_ever(attempts):
    attempts(limit=1).begin(now=1e9)
    with pytest.raises(RefusedError):
        attempts(limit=1).begin(now=5.0)
    assert attempts(limit=1).begin(now=6.0 + WAIT_SECONDS) == 0


def test_the_file_holds_no_name(attempts, tmp_path):
    attempts().begin(now=0.0)
    assert all(b"Ada" not in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("data", [b"", b"[]", b'{"a": 1}', b'{"a": ["x"]}', b"\xff", b"[" * 100_000])
def test_a_damaged_file_is_refused_not_passed_over(attempts, tmp_path, data):
    (tmp_path / "unlock.json").write_bytes(data)
    with pytest.raises(InputError, match=r"unlock\.json should hold the failed attempts, and cannot be read"):
        attempts().begin()


def test_the_log_has_a_line_for_each_attempt_and_nothing_but_when_who_and_why(tmp_path):
    write_line(tmp_path / "a/door.log", "Ada", True, "all was done as asked")
    write_line(tmp_path / "a/door.log", "Bob\nEve", False, "too late")
    first, second = map(json.loads, (tmp_path / "a/door.log").read_text(encoding="utf-8").splitlines())
    assert datetime.fromisoformat(first.pop("time")).tzinfo is not None
    assert first == {"name": "Ada", "answer": "yes", "why": "all was done as asked"}
    assert (second["name"], second["answer"]) == ("Bob\nEve", "no")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_its_owner_can_read_a_new_log(tmp_path):
    write_line(tmp_path / "door.log", "Ada", True, "")
    assert stat.S_IMODE((tmp_path / "door.log").stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(OpsinError, match=r"cannot be written: .*Choose another file for --log"):
        write_line(tmp_path, "Ada", True, "")
