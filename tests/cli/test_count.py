"""`opsin count`: what goes in from the flags, and what a person is shown."""

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from opsin.cli import _count
from opsin.core.errors import ImageError
from opsin.media.item import Item
from opsin.uses._count_summary import Crossed, Stayed
from opsin.uses.count import Counted, Counts, Event

CROSSED = Event(1.5, 15, 3, "car", "gate", "in")
LEFT = Event(2.5, 25, 3, "car", "door", "leave", stay_seconds=1.25)
COUNTS = Counts(
    "film.mp4",
    frames=30,
    seconds=3.0,
    things=(("car", 1),),
    crossings=(Crossed("gate", "car", 1, 0),),
    stays=(Stayed("door", "car", 1, 1, 0, 1.25, 1.25),),
    frames_a_second=61.5,
)
ITEM = Item("film.mp4", None, frame=0)
FRAMES = (Counted(ITEM, None, (CROSSED,), COUNTS), Counted(ITEM, None, (LEFT,), COUNTS))
FAILED = Counted(ITEM, None, (), COUNTS, ImageError("Frame 1 of film.mp4 is damaged."))


@pytest.fixture
def run(monkeypatch):
    """Runs the command; what it asked for is in `run.asked`."""
    app = typer.Typer()
    app.command()(_count.count)

    def call(*words, frames=FRAMES, error=None):
        call.asked = []

        def counted(source, **asked):
            call.asked.append({"source": source, **asked})
            yield from frames
            if error:
                raise error

        monkeypatch.setattr(_count, "counted", counted)
        monkeypatch.setattr(_count, "pull", lambda cards, report: None)
        return CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})

    return call


def test_every_flag_is_handed_on(run):
    flags = "--line 0,0,1,1 --line b=0,0,1,0 --zone 0,0,1,0,1,1 --label car --every 2 --save out --min-score 0.3"
    run("a.mp4", *flags.split(), "--model", "picodet_tiny.random")
    assert run.asked == [
        {
            "source": "a.mp4", "lines": ["0,0,1,1", "b=0,0,1,0"], "zones": ["0,0,1,0,1,1"], "labels": ["car"],
            "every_seconds": 2.0, "save": Path("out"), "min_score": 0.3, "model": "picodet_tiny.random",
        }
    ]  # fmt: skip


def test_a_number_is_a_camera(run):
    run("0", "--line", "0,0,1,1")
    assert run.asked[0]["source"] == 0


def test_each_of_several_videos_has_a_folder_of_its_own(run):
    run("a.mp4", "b/a.mp4", "c.mp4", "--save", "out")
    assert [asked["save"] for asked in run.asked] == [Path("out", name) for name in ("a", "a-2", "c")]


def test_the_table_has_lines_zones_and_the_speed(run):
    said = run("film.mp4").stdout
    assert all(word in said for word in ("gate", "door", "1 × car", "30 frames, 3.0 s of video, 61.5 frames a second"))


def test_json_has_a_line_for_each_event_and_one_for_the_counts(run):
    lines = [json.loads(line) for line in run("film.mp4", "--json").stdout.splitlines()]
    head = {"source": "film.mp4"}
    assert lines == [head | CROSSED.to_dict(), head | LEFT.to_dict(), COUNTS.to_dict()]


def test_csv_has_a_row_for_each_event(run):
    rows = list(csv.DictReader(run("film.mp4", "--csv").stdout.splitlines()))
    assert [(row["line"], row["zone"], row["direction"], row["stay_seconds"]) for row in rows] == [
        ("gate", "", "in", ""),
        ("", "door", "leave", "1.25"),
    ]


def test_quiet_says_nothing(run):
    assert run("film.mp4", "--quiet").output == ""


def test_after_an_interruption_what_was_counted_is_shown(run):
    done = run("film.mp4", error=KeyboardInterrupt())
    assert (done.exit_code, "gate" in done.stdout) == (130, True)


def test_a_frame_that_failed_is_told_and_the_code_is_1(run):
    done = run("film.mp4", frames=(*FRAMES, FAILED))
    assert (done.exit_code, done.stderr) == (1, "opsin: Frame 1 of film.mp4 is damaged.\n")


def test_json_and_csv_together_are_refused(opsin):
    done = opsin("count", "film.mp4", "--json", "--csv")
    assert (done.code, done.err) == (2, "opsin: --json and --csv were both given; choose one.\n")


def test_a_line_that_is_none_is_wrong_usage(opsin):
    done = opsin("count", "film.mp4", "--line", "1,2,3", "--model", "picodet_tiny.random")
    assert done.code == 2
    assert done.err.startswith("opsin: A line has two ends, x0,y0,x1,y1")


def test_help_has_examples(opsin):
    assert "opsin count street.mp4 --line 0,0.5,1,0.5" in opsin("count", "--help").out
