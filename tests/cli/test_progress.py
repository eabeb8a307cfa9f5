import io
import sys

import pytest

from opsin.cli._progress import counting, downloading, reporting
from opsin.store.progress import silent


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Makes standard error a terminal that shows bars; to be called in the test, where it is nobody else's."""

    def make():
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return make


def test_things_are_counted_on_a_terminal(terminal):
    seen = terminal()
    assert list(counting("abc", lambda: 3, is_shown=True)) == ["a", "b", "c"]
    assert "3/3" in seen.getvalue()


def test_things_may_be_counted_without_knowing_how_many(terminal):
    seen = terminal()
    assert list(counting("abc", lambda: None, is_shown=True)) == ["a", "b", "c"]
    assert "3/?" in seen.getvalue()


def test_quietly_nobody_asks_how_many(terminal):
    seen = terminal()
    assert list(counting("abc", lambda: 1 // 0, is_shown=False)) == ["a", "b", "c"]
    assert seen.getvalue() == ""


def test_where_no_person_looks_there_is_no_bar(capsys):
    assert list(counting("abc", lambda: 1 // 0, is_shown=True)) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")


def test_things_are_handed_on_one_by_one(terminal):
    terminal()
    counted = counting(iter([1, 2]), lambda: 3, is_shown=True)
    assert next(counted) == 1
    counted.close()


def test_bytes_are_told_on_a_terminal(terminal):
    seen = terminal()
    with downloading(is_shown=True) as report:
        report("spots==1.0", 500_000, 1_000_000)
        report("spots==1.0", 1_000_000, 1_000_000)
        report("other", 1, 1)
    said = seen.getvalue()
    assert "spots==1.0" in said
    assert "1.0/1.0 MB" in said
    assert "other" in said


def test_things_are_told_on_a_terminal(terminal):
    seen = terminal()
    with reporting(is_shown=True) as report:
        report("pictures", 3, 12)
        report("pictures", 12, 12)
    assert "pictures" in seen.getvalue()
    assert "12/12" in seen.getvalue()


@pytest.mark.parametrize("is_shown", [True, False])
def test_where_no_person_looks_bytes_are_told_to_nobody(is_shown):
    with downloading(is_shown=is_shown) as report:
        assert report is silent


@pytest.mark.parametrize("is_shown", [True, False])
def test_where_no_person_looks_things_are_told_to_nobody(is_shown):
    with reporting(is_shown=is_shown) as report:
        assert report is silent
