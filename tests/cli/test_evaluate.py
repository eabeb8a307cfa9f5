"""`opsin evaluate`: what goes in from the flags, and what a person is shown. Judging has tests of its own."""

import json
from pathlib import Path

import pytest

from opsin.core.errors import RunError
from opsin.engine.evaluate import Evaluation

HEADLINE = [("accuracy", "93.0%", "right; 95 % interval 90.0% to 95.0%"), ("log loss", "0.2", "0.3 uncalibrated")]


@pytest.fixture
def judged(monkeypatch):
    """What the command asked for; it is answered with an evaluation with these notes and unreadable pictures."""

    def make(notes=(), unreadable=(), findings=(("a [b] called c", "3 (2%)"),)):
        asked = {}

        def evaluate(run, data, **options):
            asked.update(run=run, data=data, **options)
            found = {"accuracy": 0.93}, HEADLINE, findings, "Most often confused"
            return Evaluation(Path("runs/x/evaluation"), *found, notes, unreadable)

        monkeypatch.setattr("opsin.engine.evaluate.evaluate", evaluate)
        return asked

    return make


def test_a_run_is_judged_by_its_test_part(opsin, judged):
    asked = judged()
    assert opsin("evaluate", "runs/x").code == 0
    del asked["progress"]
    assert asked == {"run": Path("runs/x"), "data": None, "part": "test", "outside": None, "slices": (), "save": None}


def test_every_flag_is_handed_on(opsin, judged):
    asked = judged()
    flags = "--data new.csv --part all --outside other --slice day --slice size --save here"
    opsin("evaluate", "runs/x", *flags.split())
    assert (asked["data"], asked["part"], asked["outside"]) == ("new.csv", "all", Path("other"))
    assert (asked["slices"], asked["save"]) == (["day", "size"], Path("here"))


def test_it_shows_figures_confusions_and_where_the_report_is(opsin, judged):
    judged()
    said = opsin("evaluate", "runs/x").out
    assert "accuracy" in said
    assert "93.0%" in said
    assert "right; 95 % interval 90.0% to 95.0%" in said
    assert "a [b] called c" in said
    assert said.rstrip().endswith(f"Look at {Path('runs/x/evaluation/report.html')}")


def test_without_confusions_none_are_announced(opsin, judged):
    judged(findings=())
    assert "confused" not in opsin("evaluate", "runs/x").out


def test_json_is_all_figures_on_one_line_and_nothing_else(opsin, judged):
    judged(notes=["The data have changed."])
    ended = opsin("evaluate", "runs/x", "--json")
    assert json.loads(ended.out) == {"accuracy": 0.93}
    assert ended.err == "opsin: The data have changed.\n"


def test_quiet_shows_nothing_but_notes(opsin, judged):
    judged(notes=["The data have changed."])
    ended = opsin("evaluate", "runs/x", "--quiet")
    assert (ended.out, ended.err) == ("", "opsin: The data have changed.\n")


def test_pictures_that_cannot_be_read_are_told_and_end_with_1(opsin, judged):
    judged(notes=["1 pictures could not be read"], unreadable=["a.jpg is damaged."])
    ended = opsin("evaluate", "runs/x")
    assert ended.code == 1
    assert "1 pictures could not be read" in ended.err
    assert "93.0%" in ended.out


def test_what_is_no_run_ends_with_one_line(opsin):
    ended = opsin("evaluate", "nowhere")
    assert (ended.code, ended.out) == (RunError.exit_code, "")
    assert ended.err == (
        "opsin: nowhere is no folder of a taught model: there is no card.json. Name a run, as runs/mnist-tutorial.\n"
    )


def test_help_shows_examples(opsin):
    assert "opsin evaluate runs/photos-tutorial --outside other_things/" in opsin("evaluate", "--help").out
