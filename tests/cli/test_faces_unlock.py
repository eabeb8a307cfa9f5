"""`opsin faces unlock`: what goes in from the flags, and what a person is shown."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from opsin.cli import _faces_unlock
from opsin.uses.unlock import Unlocking

OPEN = Unlocking("Ada", True, "all was done as asked", 1)
SHUT = Unlocking("Ada", False, "too late to turn left", 3)


@pytest.fixture
def run(monkeypatch):
    """Runs the command; what it asked for is in `run.asked`."""
    app = typer.Typer()
    app.command()(_faces_unlock.unlock)

    def call(*words, done=OPEN, given=""):
        def ask(name, camera, *, tell, **options):
            call.asked = {"name": name, "camera": camera, **options}
            tell("turn left")
            return done

        monkeypatch.setattr(_faces_unlock, "ask", ask)
        monkeypatch.setattr(_faces_unlock, "pull", lambda cards, report: None)
        return CliRunner().invoke(app, list(words), input=given)

    return call


def test_yes_is_0_and_no_is_3_with_the_reason(run):
    yes, no = run("Ada", "--camera", "0"), run("Ada", "--camera", "0", done=SHUT)
    assert (yes.exit_code, yes.stdout) == (0, "yes\n")
    assert (no.exit_code, no.stdout) == (3, "no: too late to turn left\n")


def test_what_to_do_next_goes_to_standard_error(run):
    assert run("Ada", "--camera", "0").stderr == "opsin: turn left\n"
    assert run("Ada", "--camera", "0", "--quiet").stderr == ""


def test_json_says_it_all(run):
    assert json.loads(run("Ada", "--camera", "0", "--json", done=SHUT).stdout) == SHUT.to_dict()


def test_every_flag_is_handed_on(run, tmp_path):
    flags = "--far 1e-3 --seconds 20 --attempts 2 --steps 5 --log door.log --thresholds own.json"
    run("Ada", "--camera", "film.mp4", "--gallery", str(tmp_path), *flags.split())
    assert run.asked.pop("gallery").folder == tmp_path
    assert run.asked == {
        "name": "Ada", "camera": "film.mp4", "far": 1e-3, "seconds": 20.0, "attempts": 2, "steps": 5,
        "log": Path("door.log"), "thresholds": "own.json",
    }  # fmt: skip


def test_a_number_is_a_camera_unless_a_file_has_that_name(run):
    run("Ada", "--camera", "1")
    assert run.asked["camera"] == 1
    Path("1").write_bytes(b"")
    run("Ada", "--camera", "1")
    assert run.asked["camera"] == "1"


def test_the_passphrase_is_asked_for_and_never_shown(run):
    done = run("Ada", "--camera", "0", "--passphrase", given="open sesame\n")
    assert run.asked["gallery"].passphrase == "open sesame"
    assert "sesame" not in done.output


def test_help_has_examples_and_says_what_it_does_not_keep_out(run):
    said = " ".join(run("--help").stdout.split())
    assert "opsin faces unlock Ada --camera 0" in said
    assert "a mask, a twin" in said
