"""What is promised, and the workflows that people will copy."""

import functools
import json
import re

import numpy as np
import pytest

import opsin
from opsin.media.files import save_image
from opsin.models import _registry

TINY = {
    "classify": "pplcnetv2_tiny_classification.random",
    "detect": "picodet_tiny.random",
    "embed": "pplcnetv2_tiny_embedding.random",
    "look": "look_tiny",
    "segment": "deeplab_tiny.random",
    "matte": "u2netp_tiny.random",
    "caption": "captioner_tiny",
    "select": "hrnet18_ocr64_tiny.random",
}
VERBS = list(TINY)
ASKED = {verb: {"model": model} for verb, model in TINY.items()}
ASKED["select"]["at"] = (20, 15)


@pytest.fixture
def photo(tmp_path):
    """photo.png: red, with a bright quarter."""
    image = np.full((60, 80, 3), (200, 10, 10), np.uint8)
    image[:30, :40] = 255
    save_image(tmp_path / "photo.png", image)
    return str(tmp_path / "photo.png")


def test_what_is_public_is_named_and_in_order():
    assert opsin.__all__ == sorted(opsin.__all__, key=lambda name: (not name.isupper(), name))
    assert len(set(opsin.__all__)) == len(opsin.__all__)
    assert all(hasattr(opsin, name) for name in opsin.__all__)


def home_of(task):
    """Where a task's verb is: in `opsin`, or, in a group of commands, in the module of that name."""
    *group, _ = task.verb.split()
    return functools.reduce(getattr, group, opsin)


def test_every_task_has_a_verb_and_a_result_in_public():
    for task in opsin.TASKS:
        home = home_of(task)
        assert task.verb.split()[-1] in home.__all__
        assert getattr(home, task.result.__name__) is task.result


def test_every_result_is_a_result():
    assert all(issubclass(task.result, opsin.Result) for task in opsin.TASKS)


def test_the_version_has_three_numbers():
    assert re.fullmatch(r"\d+\.\d+\.\d+", opsin.__version__)


def test_every_public_thing_has_a_docstring():
    things = [getattr(opsin, name) for name in opsin.__all__ if name not in ("MODELS", "TASKS", "Image")]
    assert all(thing.__doc__ for thing in things)


@pytest.mark.parametrize("name", VERBS)
def test_a_picture_becomes_a_result(name, photo):
    result = getattr(opsin, name)(photo, **ASKED[name])
    assert isinstance(result, opsin.Result)
    assert result.size == (60, 80)


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_is_predict_with_the_name_of_its_task(name, photo):
    result = getattr(opsin, name)(photo, **ASKED[name])
    assert opsin.predict(result.task, photo, **ASKED[name]).to_dict() == result.to_dict()


@pytest.mark.parametrize("name", VERBS)
def test_a_result_is_saved_drawn_and_told(name, photo, tmp_path):
    result = getattr(opsin, name)(photo, **ASKED[name])
    image = np.full((60, 80, 3), 90, np.uint8)
    assert json.loads(result.to_json()) == result.to_dict()
    assert result.draw(image).shape == image.shape
    result.save(tmp_path / "answer.json")
    result.save(tmp_path / "drawn.jpg", image)
    assert json.loads((tmp_path / "answer.json").read_text()) == result.to_dict()
    assert (tmp_path / "drawn.jpg").stat().st_size > 0


@pytest.mark.parametrize("name", VERBS)
def test_many_pictures_become_items_with_results(name, photo, tmp_path):
    task = next(task.name for task in opsin.TASKS if task.verb == name)
    ((item, result),) = opsin.stream(task, tmp_path, **ASKED[name])
    assert isinstance(item, opsin.Item)
    assert (item.source, result.task) == (photo, task)


def test_the_answers_of_classify():
    result = opsin.classify(np.full((40, 40, 3), (9, 9, 200), np.uint8), model=TINY["classify"])
    assert (result.labels[0], result.scores[0] > 0.5) == ("blue", True)


def test_the_answers_of_detect(photo):
    result = opsin.detect(photo, model=TINY["detect"], min_score=0.9)
    assert result.boxes[result.labels.index("bright")].tolist() == [0, 0, 40, 30]


def test_alike_pictures_have_alike_vectors():
    red, rose, blue = (
        opsin.embed(np.full((40, 40, 3), colour, np.uint8), model=TINY["embed"]).vector
        for colour in ((200, 9, 9), (220, 40, 30), (9, 9, 200))
    )
    assert red @ rose > 0.95 > red @ blue


def test_one_class_catches_all_errors(tmp_path):
    with pytest.raises(opsin.OpsinError, match="There is no file"):
        opsin.classify(tmp_path / "gone.jpg", model=TINY["classify"])


def test_without_weights_and_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path))
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    _registry._open_named.cache_clear()
    with pytest.raises(opsin.OpsinError, match=r"^picodet_small\.coco: .+ opsin models pull picodet_small\.coco"):
        opsin.detect(np.zeros((4, 4, 3), np.uint8))


def test_models_and_tasks_can_be_listed():
    assert {"classification", "detection", "embedding", "look"} <= set(opsin.TASKS.names())
    assert set(TINY.values()) <= set(opsin.MODELS.names())
