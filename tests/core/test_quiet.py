"""Silence while other people's code works."""

import logging
import os
import sys
import warnings

import pytest

from opsin.core.quiet import quietly


def speak(what):
    """By every way there is: Python's streams, the system's, and warnings."""
    sys.stdout.write(what)
    sys.stderr.write(what)
    os.write(1, what.encode())
    os.write(2, what.encode())


def test_what_is_said_inside_is_not_heard(capfd):
    with quietly():
        speak("inside")
        warnings.warn("inside", stacklevel=1)
    assert capfd.readouterr() == ("", "")


def test_what_is_said_before_and_after_is_heard_in_its_order(capfd):
    speak("before ")
    with quietly():
        speak("inside")
    speak("after ")
    said = capfd.readouterr()
    for stream in said:
        assert "inside" not in stream
        assert stream.count("before") == stream.count("after") == 2


def test_an_error_comes_out_and_what_follows_is_heard_again(capfd):
    with pytest.raises(ValueError, match="wrong"), quietly():
        raise ValueError("wrong")
    speak("after")
    assert capfd.readouterr().out.count("after") == 2


def test_silence_inside_silence_stays_silent(capfd):
    with quietly():
        with quietly():
            speak("inside")
        speak("inside")
    assert capfd.readouterr() == ("", "")


def test_a_log_line_inside_leaves_no_handler_that_writes_to_nowhere(monkeypatch):
    monkeypatch.setattr(logging.root, "handlers", [])
    with quietly():
        logging.warning("inside")
    assert logging.root.handlers == []
