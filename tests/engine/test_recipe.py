"""Recipes: Python files that say what to train."""

from pathlib import Path

import pytest

import opsin
from opsin.core.errors import InputError, UsageError
from opsin.engine.recipe import Recipe, read_recipe
from opsin.engine.settings import TrainOptions
from opsin.models import TEACHERS, Blueprint, assemble

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.py"))


def test_a_recipe_is_read_from_its_file(tmp_path):
    (tmp_path / "mine.py").write_text("import opsin\nRECIPE = opsin.Recipe(data='digits', options={'epochs': 2})\n")
    assert read_recipe(tmp_path / "mine.py") == Recipe(data="digits", options={"epochs": 2})


def test_a_file_without_a_recipe_says_what_it_must_hold(tmp_path):
    (tmp_path / "mine.py").write_text("RECIPE = 1\n")
    with pytest.raises(UsageError, match=r"mine\.py must hold RECIPE = opsin\.Recipe\(…\); got int"):
        read_recipe(tmp_path / "mine.py")


def test_a_recipe_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"There is no recipe .*gone\.py"):
        read_recipe(tmp_path / "gone.py")


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_the_recipes_here_have_options_that_there_are(path):
    assert TrainOptions(**read_recipe(path).options).epochs > 0


def test_a_recipe_trains_and_its_run_goes_on_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.py").write_text(
        "import opsin\n"
        "RECIPE = opsin.Recipe(data='digits', model=opsin.cnn((2,), dense=(), pool='none'),\n"
        "                      options={'epochs': 3, 'augment': 'none'})\n"
    )
    run = opsin.train("small.py", epochs=1)
    assert run.folder == Path("runs/small")
    assert run.facts["asked"]["recipe"] == "small.py"
    assert run.facts["options"]["epochs"] == 1


@pytest.mark.parametrize("path", [path for path in RECIPES if "mnist" in path.stem], ids=lambda path: path.stem)
def test_the_networks_for_mnist_answer_about_ten_digits(path):
    recipe = read_recipe(path)
    blueprint = Blueprint(size=(28, 28), channels=1, labels=10)
    head = TEACHERS.get("classification").head
    model = assemble(recipe.model, blueprint, lambda features: head(features, "0123456789"))
    assert model.output_shape == (None, 10)
