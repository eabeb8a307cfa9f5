"""The choices of a training."""

import dataclasses

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.data.dataset import Arrays, Dataset
from opsin.engine.plan import plan_for
from opsin.engine.settings import TrainOptions
from opsin.models import TEACHERS, Architecture


def dataset(shape=(28, 28, 1), **changes) -> Dataset:
    facts = {
        "name": "few",
        "labels": ("a", "b"),
        "pictures": Arrays(np.zeros((4, *shape), np.uint8), np.arange(4)),
        "truth": np.array([0, 1, 0, 1]),
        "parts": np.array(["train"] * 4),
    }
    return Dataset(**{**facts, **changes})


PLAIN = Architecture(name="plain", summary="", features=lambda pixels, blueprint: pixels, min_size=(8, 8))
TAUGHT = dataclasses.replace(PLAIN, name="taught", input_size=(224, 224), weights=("imagenet",))


def plan(architecture=PLAIN, data=None, **options):
    return plan_for(TrainOptions(**options), architecture, data or dataset(), TEACHERS.get("classification"))


def test_small_pictures_keep_their_size_and_channels():
    made = plan()
    assert (made.size, made.channels, made.batch_size, made.weights) == ((28, 28), 1, 8, None)


def test_a_network_that_learned_elsewhere_is_used_at_its_size_and_tuned_gently():
    made = plan(TAUGHT, dataset((32, 32, 3)))
    assert (made.size, made.weights, made.batch_size) == ((224, 224), "imagenet", 8)
    assert made.learning_rate < plan().learning_rate
    assert made.frozen_epochs > 0


def test_without_its_weights_it_takes_the_size_of_the_data():
    made = plan(TAUGHT, weights="none")
    assert (made.size, made.frozen_epochs) == ((28, 28), 0)


def test_pictures_from_files_have_a_size_chosen_for_them(tmp_path):
    assert plan(data=dataset((30, 50, 3), source=tmp_path)).size == (96, 96)


def test_characters_are_read_as_such_and_never_mirrored():
    made = plan(data=dataset(ink=True))
    assert (made.fit, made.ink, made.flips) == ("ink", True, "no")


@pytest.mark.parametrize(("asked", "flips"), [("auto", "yes"), ("yes", "yes"), ("no", "no"), ("all", "all")])
def test_pictures_are_mirrored_unless_it_is_forbidden(asked, flips):
    assert plan(flips=asked).flips == flips


def test_what_is_asked_for_holds():
    made = plan(image_size=16, fit="crop", batch_size=7, learning_rate=0.5, schedule="cosine", augment="strong")
    assert (made.size, made.fit, made.batch_size, made.learning_rate) == ((16, 16), "crop", 7, 0.5)
    assert (made.schedule, made.augment) == ("cosine", "strong")


def test_weights_that_do_not_exist_are_refused():
    with pytest.raises(OptionError, match="plain has no ImageNet weights"):
        plan(weights="imagenet")


def test_too_small_a_picture_is_refused_with_the_size_that_would_do():
    with pytest.raises(
        OptionError, match=r"plain needs pictures of at least 8 pixels a side; got 4 x 4. Add --image-size 8"
    ):
        plan(image_size=4)


def test_the_plan_goes_into_json():
    import json

    assert json.loads(json.dumps(plan().to_dict()))["size"] == [28, 28]
