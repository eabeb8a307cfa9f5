import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from opsin.cli import _explain
from opsin.core.errors import UsageError
from opsin.engine.explain import Explanation


@pytest.fixture
def asked(monkeypatch):
    """What the engine is asked."""
    calls = []

    def answer(run, picture, **options):
        calls.append((run, picture, options))
        return Explanation(folder=options["save"] or Path("there"), label="cat", score=0.9, predicted="cat")

    monkeypatch.setattr(_explain, "explain_picture", answer)
    return calls


def called(*arguments):
    app = typer.Typer()
    app.command()(_explain.explain)
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


def test_each_picture_is_explained_and_its_page_named(asked):
    done = called("runs/x", "a.jpg", "b.jpg")
    assert [str(picture) for _, picture, _ in asked] == ["a.jpg", "b.jpg"]
    assert done.output.splitlines()[:2] == ["a.jpg: cat has the score 0.90.", str(Path("there/index.html"))]


def test_the_flags_are_passed_on(asked):
    called("runs/x", "a.jpg", "--label", "dog", "--method", "gradcam", "--layer", "conv1")
    run, _, options = asked[0]
    del options["progress"]
    assert run == Path("runs/x")
    assert options == {"label": "dog", "method": "gradcam", "layer": "conv1", "save": None}


def test_save_has_a_folder_for_each_picture(asked):
    called("runs/x", "in/a.jpg", "in/b.jpg", "--save", "out")
    assert [options["save"] for *_, options in asked] == [Path("out/a"), Path("out/b")]


def test_json_is_an_object_a_line(asked):
    first = json.loads(called("runs/x", "a.jpg", "b.jpg", "--json").output.splitlines()[0])
    assert first == {"source": "a.jpg", "folder": "there", "label": "cat", "score": 0.9, "predicted": "cat"}


def test_two_pictures_of_one_name_are_refused_before_any_is_explained(asked):
    done = called("runs/x", "in/a.jpg", "other/a.png")
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == ("There are two pictures called a, as in/a.jpg. Explain them one after the other.")
    assert not asked


def test_help_shows_examples():
    assert "opsin explain runs/clothing photo.jpg" in called("--help").output
