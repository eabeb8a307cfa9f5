"""What every registered task and model promises, checked once for all of them.

The tiny models run here, without weights; the trained ones where their weights are in the cache.
"""

import functools
import json
from dataclasses import fields

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.core.options import Options
from opsin.engine.predict import options_for
from opsin.models import MODELS, card_of, cards_needed, open_model
from opsin.runtime.network import Place
from opsin.store.fetch import have
from opsin.tasks import TASKS, Result, Task


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


IMAGES = {
    "one pixel": noise(1, 1, 3),
    "tall": noise(300, 7, 3),
    "wide": noise(5, 400, 3),
    "grey": np.repeat(noise(40, 60, 1), 3, axis=2),
    "black": np.zeros((30, 50, 3), np.uint8),
    "photograph": np.kron(noise(6, 8, 3), np.ones((40, 40, 1), np.uint8)),
}
ALL = list(IMAGES.values())


def is_trained(name: str) -> bool:
    return any(card.files for card in cards_needed(name))


def is_here(name: str) -> bool:
    return all(have(asset) for card in cards_needed(name) for asset in card.files.values())


NAMES = [pytest.param(name, marks=pytest.mark.weights if is_trained(name) else ()) for name in MODELS.names()]
image = pytest.mark.parametrize("image", ALL, ids=IMAGES.keys())


@pytest.fixture
def model(name):
    if not is_here(name):
        pytest.skip(f"The weights of {name} are not here: opsin models pull {name}")
    return opened(name)


@functools.cache
def opened(name):
    """Once for all tests: a model keeps nothing between calls, and opening some takes longer than asking them."""
    return open_model(name, Place())


@pytest.fixture
def options(model) -> Options:
    # Scores as low as they come: there must be something to compare, if not much.
    return asked(TASKS.get(model.card.task), min_score=0.0, limit=3, at=[(0.5, 0.5)])


def asked(task: Task, **wishes: object) -> Options:
    """The options of a task, with those of the wishes that it knows."""
    defaults = task.options()
    return options_for(task, {name: wish for name, wish in wishes.items() if hasattr(defaults, name)})


def same(one: Result, other: Result) -> bool:
    return one.to_dict() == other.to_dict()


@pytest.mark.parametrize("name", NAMES)
class TestEveryModel:
    @image
    def test_gives_the_same_answer_twice(self, model, options, image):
        assert same(model.run([image], options)[0], model.run([image], options)[0])

    @image
    def test_leaves_its_input_untouched(self, model, options, image):
        before = image.copy()
        model.run([image], options)
        assert (image == before).all()

    def test_gives_an_image_alone_the_answer_that_it_gets_among_others(self, model, options):
        together = model.run(ALL, options)
        alone = [model.run([each], options)[0] for each in ALL]
        assert all(nearly(one, other) for one, other in zip(together, alone, strict=True))

    def test_keeps_the_order_of_the_images(self, model, options):
        forward, back = model.run(ALL, options), model.run(ALL[::-1], options)[::-1]
        assert all(nearly(one, other) for one, other in zip(forward, back, strict=True))

    @image
    def test_answers_with_the_type_of_its_task_and_the_size_of_the_image(self, model, options, image):
        result = model.run([image], options)[0]
        assert type(result) is TASKS.get(model.card.task).result
        assert (result.size, result.model) == (image.shape[:2], model.card.name)

    @image
    def test_draws_a_new_image_of_the_same_size(self, model, options, image):
        before = image.copy()
        drawn = model.run([image], options)[0].draw(image)
        assert drawn is not image
        assert (drawn.shape, drawn.dtype) == (image.shape, np.uint8)
        assert (image == before).all()

    @image
    def test_goes_to_json_and_comes_back(self, model, options, image):
        result = model.run([image], options)[0]
        assert same(type(result).from_dict(json.loads(result.to_json())), result)

    def test_says_something_in_one_line(self, model, options):
        summary = model.run([IMAGES["photograph"]], options)[0].summary
        assert "\n" not in summary

    def test_has_rows_under_its_columns(self, model, options):
        result = model.run([IMAGES["photograph"]], options)[0]
        assert all(set(row) <= set(result.columns() or row) for row in result.rows())

    def test_answers_at_another_size_and_comes_back(self, model, options):
        result = model.run([IMAGES["photograph"]], options)[0]
        twice = result.resized((2 * result.height, 2 * result.width))
        assert twice.size == (2 * result.height, 2 * result.width)
        assert nearly(twice.resized(result.size), result)

    def test_has_a_card_that_tells_what_a_person_must_know(self, name):
        card = card_of(name)
        assert card.summary
        assert card.licence
        assert card.task in TASKS

    def test_states_where_trained_weights_come_from(self, name):
        card = card_of(name)
        assert not card.files or (card.trained_on and card.data_terms and card.source)


def nearly(one: Result, other: Result) -> bool:
    """Whether two answers agree but for the last digits of a sum taken in another order.

    Maps of the whole picture agree on average: scaled up and down again, they lose a little at every edge.
    """
    first, second = flat(without_maps(one)), flat(without_maps(other))
    if not all(abs(mine - theirs).mean() < 0.01 for mine, theirs in zip(maps(one), maps(other), strict=True)):
        return False
    return first.keys() == second.keys() and all(
        second[key] == pytest.approx(value, rel=1e-3, abs=1e-4) if isinstance(value, float) else second[key] == value
        for key, value in first.items()
    )


def maps(result: Result) -> list[np.ndarray]:
    """The arrays of a result that have a number for each pixel."""
    arrays = [each for each in vars(result).values() if isinstance(each, np.ndarray) and each.shape == result.size]
    return [each.astype(np.float32) for each in arrays]  # of bool there is no difference


def without_maps(result: Result) -> dict:
    """What it says, without the pixels and what is counted of them."""
    plain = result.to_dict()
    return {name: plain[name] for name in plain if not maps(result) or name in ("height", "width", "task", "model")}


def flat(value, path: str = "") -> dict:
    if isinstance(value, dict):
        return {key: leaf for name, each in value.items() for key, leaf in flat(each, f"{path}.{name}").items()}
    if isinstance(value, list):
        return {key: leaf for place, each in enumerate(value) for key, leaf in flat(each, f"{path}.{place}").items()}
    return {path: value}


OF_MANY = ("bleu_4", "cider_d")


@pytest.mark.parametrize("task", list(TASKS), ids=TASKS.names())
class TestEveryTask:
    def test_has_a_default_model_that_answers_it(self, task):
        assert card_of(task.default).task == task.name

    def test_offers_the_qualities_that_it_has_models_for(self, task):
        choices = next((each.metadata["choices"] for each in fields(task.options) if each.name == "quality"), ())
        assert tuple(task.qualities) == choices
        assert all(card_of(name).task == task.name for name in task.qualities.values())

    def test_has_a_model_that_needs_no_weights(self, task):
        assert any(not is_trained(name) for name in MODELS.names() if card_of(name).task == task.name)

    def test_names_itself_in_its_results(self, task):
        assert task.result.task == task.name

    def test_has_a_summary_and_examples(self, task):
        assert task.summary.endswith(".")
        assert task.examples

    def test_refuses_an_unknown_option_and_offers_the_nearest(self, task):
        with pytest.raises(
            OptionError, match=f"There is no option of {task.name} called 'modle'. Did you mean 'model'"
        ):
            options_for(task, {"modle": "x"})

    def test_refuses_an_option_out_of_range(self, task):
        with pytest.raises(OptionError, match="precision must be one of f32, bf16; got 'f8'"):
            options_for(task, {"precision": "f8"})

    def test_describes_each_option(self, task):
        assert all(each.metadata["help"] for each in task.options.__dataclass_fields__.values())

    def test_scores_a_perfect_answer_best(self, task):
        if task.score is None:
            pytest.skip(f"{task.name} has no score of its own")
        name = next(name for name in MODELS.names() if card_of(name).task == task.name and not is_trained(name))
        answers = open_model(name, Place()).run([IMAGES["photograph"]], asked(task, at=[(0.5, 0.5)]))
        # Figures of captions count runs of four words, and how rare they are among pictures: one is too few for them.
        figures = {name: value for name, value in task.score(answers, answers).items() if name not in OF_MANY}
        assert all(value == pytest.approx(0.0 if "error" in name else 1.0) for name, value in figures.items())
