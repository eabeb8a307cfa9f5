"""`opsin background`: what goes in from the flags, and what a person is shown."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from opsin.cli import _background
from opsin.uses.background import Replaced

PICTURE = Replaced("a.jpg", Path("out/a.jpg"), share=0.31)
FRAME = Replaced("b.mp4", Path("out/b.webm"), frame=0, share=0.5)
FAILED = Replaced("c.jpg", None, error="c.jpg is damaged.")


@pytest.fixture
def run(monkeypatch):
    """Runs the command; what it asked for is in `run.asked`."""
    app = typer.Typer()
    app.command()(_background.background)

    def call(*words, done=(PICTURE, FRAME, FRAME)):
        def backgrounds(source, into, **options):
            call.asked = {"source": source, "into": into, **options}
            yield from done

        monkeypatch.setattr(_background, "backgrounds", lambda *args, **options: backgrounds(*args, **options))
        monkeypatch.setattr(_background, "pull", lambda cards, report: None)
        return CliRunner().invoke(app, list(words))

    return call


def test_every_flag_is_handed_on(run):
    run("a.jpg", "b.mp4", "--blur", "0.02", "--into", "out", "--quality", "fast")
    assert run.asked == {
        "source": ["a.jpg", "b.mp4"], "into": Path("out"), "blur": 0.02, "colour": None, "image": None,
        "remove": False, "quality": "fast", "model": None,
    }  # fmt: skip


def test_one_number_is_a_camera(run):
    run("0", "--colour", "teal")
    assert (run.asked["source"], run.asked["colour"]) == (0, "teal")


def test_each_file_has_a_line(run):
    assert run("a.jpg", "--remove").stdout.splitlines() == [
        f"{Path('out/a.jpg')}  31% subject",
        f"{Path('out/b.webm')}  video",
    ]


def test_json_has_a_line_for_each_picture_and_frame(run):
    lines = [json.loads(line) for line in run("a.jpg", "--remove", "--json").stdout.splitlines()]
    assert lines == [each.to_dict() for each in (PICTURE, FRAME, FRAME)]


def test_quiet_says_nothing(run):
    assert run("a.jpg", "--remove", "--quiet").output == ""


def test_what_failed_is_told_and_the_code_is_1(run):
    done = run("a.jpg", "--remove", done=[FAILED, PICTURE])
    assert (done.exit_code, done.stderr) == (1, "opsin: c.jpg is damaged.\n")
    assert "out" in done.stdout


def test_help_has_examples(run):
    assert "opsin background portrait.jpg --blur 0.02" in run("--help").stdout


def test_two_backgrounds_at_once_are_wrong_usage(opsin, photos):
    done = opsin("background", photos / "red.png", "--blur", 0.1, "--remove", "--model", "u2netp_tiny.random")
    assert (done.code, "got blur and remove" in done.err) == (2, True)


def test_a_photo_gets_another_background(opsin, photos):
    done = opsin("background", photos / "red.png", "--colour", "teal", "--model", "u2netp_tiny.random")
    assert (done.code, (photos / "red-background.png").is_file()) == (0, True)
