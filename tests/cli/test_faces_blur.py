"""`opsin faces blur`: what goes in from the flags, and what a person is shown."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from opsin.cli import _faces_blur
from opsin.uses.blur import Blurred

PICTURE, FRAME = Blurred("a.jpg", Path("out/a.jpg"), 2), Blurred("b.mp4", Path("out/b.webm"), 1, frame=0)
FAILED = Blurred("c.jpg", None, error="c.jpg is damaged.")


@pytest.fixture
def run(monkeypatch):
    """Runs the command; what it asked for is in `run.asked`."""
    app = typer.Typer()
    app.command()(_faces_blur.blur)

    def call(*words, done=(PICTURE, FRAME, FRAME)):
        def blur_source(source, out, **options):
            call.asked = {"source": source, "out": out, **options}
            return iter(done)

        monkeypatch.setattr(_faces_blur, "blur_source", blur_source)
        monkeypatch.setattr(_faces_blur, "pull", lambda cards, report: None)
        return CliRunner().invoke(app, list(words))

    return call


def test_every_flag_is_handed_on(run):
    flags = "--out out --small --margin 0.5 --cells 4 --min-score 0.2 --hold-seconds 1"
    run("a.jpg", "b.mp4", *flags.split())
    assert run.asked == {
        "source": ["a.jpg", "b.mp4"], "out": Path("out"), "small": True, "margin": 0.5, "cells": 4,
        "min_score": 0.2, "hold_seconds": 1.0, "model": None,
    }  # fmt: skip


def test_each_file_has_a_line(run):
    assert run("a.jpg", "--out", "out").stdout.splitlines() == [
        f"{Path('out/a.jpg')}  2 faces",
        f"{Path('out/b.webm')}  video",
    ]


def test_json_has_a_line_for_each_picture_and_frame(run):
    lines = [json.loads(line) for line in run("a.jpg", "--out", "out", "--json").stdout.splitlines()]
    assert lines == [each.to_dict() for each in (PICTURE, FRAME, FRAME)]


def test_quiet_says_nothing(run):
    assert run("a.jpg", "--out", "out", "--quiet").output == ""


def test_what_failed_is_told_and_the_code_is_1(run):
    done = run("a.jpg", "--out", "out", done=[FAILED, PICTURE])
    assert (done.exit_code, done.stderr) == (1, "opsin: c.jpg is damaged.\n")
    assert "out" in done.stdout


def test_help_has_examples(run):
    assert "opsin faces blur street.mp4" in run("--help").stdout
