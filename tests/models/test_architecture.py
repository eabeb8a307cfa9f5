import random

import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.models._architecture import Architecture, Blueprint, assemble
from opsin.models.cnn import cnn
from opsin.nn.backend import keras

SMALL = Blueprint(size=(8, 8), channels=1, labels=3)
TINY = cnn(filters=(2,), dense=(4,))


def head(features):
    return keras().layers.Dense(3, name="logits")(features)


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.float32)


def test_the_network_takes_an_image_and_answers_logits():
    model = assemble(TINY, SMALL, head)
    assert [each.name for each in model.inputs] == ["image"]
    assert model.input_shape == (None, 8, 8, 1)
    assert model.output_shape == (None, 3)
    assert model.output.dtype == model.input.dtype == "float32"


def test_the_last_layers_are_dropout_and_the_head():
    assert [layer.name for layer in assemble(TINY, SMALL, head).layers[-2:]] == ["dropout", "logits"]


def test_the_blueprints_dropout_weighs_more_than_the_networks():
    asked = Blueprint(size=(8, 8), channels=1, dropout=0.25)
    assert assemble(TINY, SMALL, head).get_layer("dropout").rate == 0.5
    assert assemble(TINY, asked, head).get_layer("dropout").rate == 0.25


def test_no_dropout_leaves_no_layer():
    asked = Blueprint(size=(8, 8), channels=1, dropout=0.0)
    assert "dropout" not in [layer.name for layer in assemble(TINY, asked, head).layers]


def test_augmentation_comes_first_and_works_in_training_only():
    noisy = keras().layers.Dropout(0.5, seed=0, name="augment")
    model = assemble(cnn(filters=(2,), dropout=0), SMALL, head, augment=noisy)
    pixels = noise(2, 8, 8, 1)
    plain, again, trained = model(pixels), model(pixels), model(pixels, training=True)
    assert model.layers[1].name == "augment"
    assert np.array_equal(plain, again)
    assert not np.allclose(plain, trained)


def test_the_same_seed_gives_the_same_weights_and_another_gives_others():
    one, same, other = (
        assemble(TINY, Blueprint(size=(8, 8), channels=1, seed=seed), head).get_weights() for seed in (3, 3, 4)
    )
    assert all(np.array_equal(left, right) for left, right in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])


def test_the_programs_own_random_numbers_go_on_as_they_were():
    random.seed(5)
    wanted = random.random()
    random.seed(5)
    assemble(TINY, SMALL, head)
    assert random.random() == wanted


def test_a_whole_network_brings_its_own_last_layer():
    def features(pixels, blueprint):
        flat = keras().layers.Flatten()(pixels)
        return keras().layers.Dense(blueprint.labels)(flat)

    whole = Architecture(name="whole", summary="Whole.", features=features, is_whole=True)
    model = assemble(whole, SMALL, lambda features: pytest.fail("asked for a head"))
    assert model.output_shape == (None, 3)
    assert model.layers[-1].name == "logits"


@pytest.mark.parametrize(
    ("name", "plain"), [("vgg16", "vgg16"), ("hub:some.preset-1", "hub_some_preset_1"), ("..", "network")]
)
def test_the_models_name_holds_letters_digits_and_lines_only(name, plain):
    named = Architecture(name=name, summary="A network.", features=TINY.features)
    assert assemble(named, SMALL, head).name == plain


class TestRefusals:
    def test_what_the_network_itself_refuses_comes_first(self):
        def check(blueprint):
            raise UsageError(f"not {blueprint.size}")

        small = Architecture(name="small", summary="Small.", features=TINY.features, min_size=(9, 9), check=check)
        with pytest.raises(UsageError, match=r"not \(8, 8\)"):
            assemble(small, SMALL, head)

    def test_pictures_that_are_too_small(self):
        wide = Architecture(name="wide", summary="Wide.", features=TINY.features, min_size=(8, 16))
        with pytest.raises(UsageError, match=r"The network wide needs pictures of at least 8 x 16 pixels; got 8 x 8."):
            assemble(wide, SMALL, head)

    def test_another_number_of_channels(self):
        with pytest.raises(UsageError, match=r"channels must be 1 \(grey\), 3 \(colour\), or up to 16; got 17."):
            assemble(TINY, Blueprint(size=(8, 8), channels=17), head)

    def test_other_channels_than_colours_are_mixed_to_three(self):
        network = assemble(TINY, Blueprint(size=(8, 8), channels=5), head)
        assert network.input_shape == (None, 8, 8, 5)
        assert network.get_layer("mix").output.shape == (None, 8, 8, 3)

    def test_weights_that_the_network_does_not_have(self):
        with pytest.raises(UsageError, match=r"The network cnn can begin with the weights none; got 'imagenet'."):
            assemble(TINY, Blueprint(size=(8, 8), weights="imagenet"), head)
