"""`opsin faces calibrate`: what goes in from the flags, and what a person is shown. Measuring has tests of its own."""

import json
from pathlib import Path

import pytest

from opsin.core.acceptance import Acceptance
from opsin.core.errors import DataError
from opsin.uses.face_calibration import Calibration, Group, Outcome

KNOWN = Outcome(rate=0.1, threshold=0.18, far=0.0931, tar=0.9921)
UNKNOWN = Outcome(rate=0.1, threshold=0.18, far=None, tar=None)


@pytest.fixture
def measured(monkeypatch):
    """What the command asked for; it is answered with a calibration of which some things are otherwise."""

    def make(**otherwise):
        asked = {}
        facts = {
            "model": "yunet_sface_tiny",
            "acceptance": Acceptance((0.1,), (0.18,), 129),
            "accuracy": 0.9876,
            "overall": Group("", 1045, 129, (KNOWN,)),
        }

        def measure(pairs, **options):
            asked.update(pairs=pairs, **options)
            return Calibration(**(facts | otherwise))

        monkeypatch.setattr("opsin.cli._faces_calibrate.measure", measure)
        return asked

    return make


@pytest.fixture
def calibrate(opsin):
    return lambda *words: opsin("faces", "calibrate", "pairs.csv", "--model", "yunet_sface_tiny", *words)


def test_a_table_is_enough(calibrate, measured):
    asked = measured()
    assert calibrate().code == 0
    del asked["progress"]
    assert asked == {"pairs": Path("pairs.csv"), "root": None, "model": "yunet_sface_tiny", "save": None}


def test_every_flag_is_handed_on(calibrate, measured):
    asked = measured()
    calibrate("--root", "photos", "--out", "t.json")
    assert (asked["root"], asked["save"]) == (Path("photos"), Path("t.json"))


def test_it_shows_how_many_pairs_how_right_and_the_thresholds(calibrate, measured):
    measured()
    said = calibrate("--out", "t.json").out
    assert "1,045 pairs of one person, 129 of two" in said
    assert "98.76%" in said
    assert "0.1  0.180      99.21%" in said
    assert said.rstrip().endswith("t.json keeps the thresholds.")


def test_groups_are_shown_side_by_side_and_those_with_too_few_pairs_named(calibrate, measured):
    measured(groups=(Group("a", 23, 64, (KNOWN,)), Group("[b]", 2, 3, (UNKNOWN,))))
    said = calibrate().out
    assert "9.31%, 99.21%" in said
    assert "[b]    2     3          too few pairs" in said
    assert "Too few pairs to tell of every rate: [b]. Add some" in said


def test_without_genuine_pairs_no_accuracy_is_told(calibrate, measured):
    measured(accuracy=None)
    assert "Accuracy" not in calibrate().out


@pytest.mark.parametrize(("names", "told"), [(("a.png",), "a.png:"), (("a.png", "b.png"), "a.png and 1 more:")])
def test_faces_that_were_not_found_are_told_and_are_no_failure(calibrate, measured, names, told):
    measured(without_face=names)
    done = calibrate()
    assert f"No face was found in {told} no threshold accepts their pairs" in done.out
    assert done.code == 0


def test_each_photo_that_cannot_be_read_has_a_line_and_the_code_says_so(calibrate, measured):
    measured(unreadable=("There is no file x.png.", "y.png is damaged."), left_out=3)
    done = calibrate()
    assert done.err.splitlines()[-2:] == ["opsin: There is no file x.png.", "opsin: y.png is damaged."]
    assert "Pairs left out, since a photo could not be read: 3." in done.out
    assert done.code == 1


def test_json_is_one_object_with_everything(calibrate, measured):
    measured(groups=(Group("ä", 2, 3, (UNKNOWN,)),))
    (line,) = calibrate("--json").out.splitlines()
    facts = json.loads(line)
    assert (facts["thresholds"], facts["groups"][0]["name"]) == ([0.18], "ä")
    assert facts["groups"][0]["outcomes"][0]["far"] is None


def test_quietly_nothing_is_shown(calibrate, measured):
    measured()
    assert calibrate("--quiet").out == ""


def test_a_table_that_is_refused_is_one_line(calibrate, monkeypatch):
    def measure(*_, **__):
        raise DataError("pairs.csv has 3 pairs of different people.")

    monkeypatch.setattr("opsin.cli._faces_calibrate.measure", measure)
    done = calibrate()
    assert (done.code, done.err) == (1, "opsin: pairs.csv has 3 pairs of different people.\n")


def test_a_table_that_is_not_there_is_told(calibrate):
    done = calibrate()
    assert "pairs.csv cannot be read: No such file" in done.err
    assert done.code == 1
