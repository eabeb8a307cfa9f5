"""`opsin erase`: what goes in from the flags, and what a person is shown."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from opsin.cli import _erase
from opsin.uses.erase import ErasedFile

DONE = ErasedFile("a.jpg", Path("erased/a.jpg"), 0.0312)
FAILED = ErasedFile("b.jpg", None, error="No person is to be seen.")


@pytest.fixture
def run(monkeypatch):
    """Runs the command; what it asked for is in `run.asked`."""
    app = typer.Typer()
    app.command()(_erase.erase)

    def call(*words, done=(DONE,)):
        def erase_source(source, into, **options):
            call.asked = {"source": source, "into": into, **options}
            return iter(done)

        monkeypatch.setattr(_erase, "erase_source", erase_source)
        monkeypatch.setattr(_erase, "pull", lambda cards, report: call.pulled.extend(card.name for card in cards))
        call.pulled = []
        return CliRunner().invoke(app, list(words))

    return call


def test_every_flag_is_handed_on(run):
    flags = "--at 1,2 --at 3,4 --not-at 5,6 --grow 3 --fill telea --into out --page"
    run("a.jpg", *flags.split())
    assert run.asked == {
        "source": ["a.jpg"], "into": Path("out"), "at": ["1,2", "3,4"], "not_at": ["5,6"], "label": None,
        "which": None, "quality": "best", "mask": None, "grow": 3, "fill": "telea", "page": True,
    }  # fmt: skip


def test_a_label_and_a_number_are_handed_on(run):
    run("a.jpg", "--label", "person", "--which", "2")
    assert (run.asked["label"], run.asked["which"], run.asked["into"]) == ("person", 2, Path("erased"))


def test_a_mask_is_handed_on_and_needs_no_weights(run):
    run("a.jpg", "--mask", "m.png")
    assert (run.asked["mask"], run.pulled) == ("m.png", [])


def test_the_weights_are_pulled_before_the_first_picture(run):
    run("a.jpg", "--label", "person", "--quality", "fast")
    assert run.pulled == ["deeplab_v3.voc"]


def test_each_file_has_a_line(run):
    assert run("a.jpg", "--label", "person").stdout == f"{Path('erased/a.jpg')}  3.1 % filled\n"


def test_json_has_a_line_for_each(run):
    lines = run("a.jpg", "--label", "person", "--json", done=(DONE, FAILED)).stdout.splitlines()
    assert [json.loads(line) for line in lines] == [DONE.to_dict(), FAILED.to_dict()]


def test_what_failed_is_told_and_ends_with_1(run):
    ended = run("a.jpg", "b.jpg", "--label", "person", "--quiet", done=(DONE, FAILED))
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == "opsin: b.jpg: No person is to be seen.\n"


def test_nothing_said_about_what_goes_is_wrong_usage(opsin, photos):
    ended = opsin("erase", "photos/red.png")
    assert ended.code == 2
    assert "Say what to erase with one of at" in ended.err
