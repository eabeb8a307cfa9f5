import numpy as np
import pytest

from opsin.engine.layer_words import LOGITS, words
from opsin.engine.layers import MOST_LAYERS, layers_shown, write_layers
from opsin.media.sources import read_image
from opsin.nn.feature_maps import Step


def step(name, shape, kind="Conv2D"):
    return Step(name, kind, np.ones((1, *shape), np.float32), None)


def deep():
    """Ten layers of each of four sizes, then three rows of numbers."""
    maps = [step(f"b{side}/{number}", (side, side, 2)) for side in (16, 8, 4, 1) for number in range(10)]
    return [*maps, step("mean", (2,)), step("dropout", (2,), "Dropout"), step("logits", (3,), "Dense")]


def names(steps):
    return [each.name for each in steps]


def test_of_a_small_network_every_layer_is_shown():
    steps = [step(str(number), (4, 4, 1)) for number in range(MOST_LAYERS)]
    assert layers_shown(steps) == steps


def test_of_a_deep_one_the_first_and_the_last_of_each_size_are_shown():
    assert names(layers_shown(deep())) == [
        "b16/0", "b16/9", "b8/9", "b4/9", "b1/9", "mean", "dropout", "logits",
    ]  # fmt: skip


def test_borders_have_no_size_of_their_own():
    border = step("border", (9, 9, 2), "ZeroPadding2D")
    assert names(layers_shown([*deep()[:20], border, *deep()[20:]])) == names(layers_shown(deep()))


def test_a_layer_that_is_asked_for_is_shown_in_its_place():
    assert names(layers_shown(deep(), "b8/3"))[:4] == ["b16/0", "b16/9", "b8/3", "b8/9"]


def test_what_changes_pictures_while_learning_only_is_left_out():
    assert names(layers_shown([step("augment/warp", (4, 4, 3)), step("conv", (4, 4, 3))])) == ["conv"]


def test_each_layer_with_something_to_see_gets_a_picture(tmp_path):
    steps = [step("a/conv:1", (4, 4, 3)), step("flat", (48,), "Flatten"), step("logits", (3,), "Dense")]
    written = write_layers(steps, tmp_path)
    assert [each.picture for each in written] == ["layers/01_a_conv_1.png", None, "layers/03_logits.png"]
    assert [read_image(tmp_path / each.picture).shape[1] for each in written if each.picture] == [960, 960]


def test_the_last_layer_is_told_to_be_the_answer(tmp_path):
    first, last = write_layers([step("one", (3,), "Dense"), step("two", (3,), "Dense")], tmp_path)
    assert first.said == words("Dense")
    assert last.said == LOGITS


def test_activations_have_words_and_unknown_layers_none():
    assert words("Activation (relu)") == words("ReLU")
    assert words("Activation (tanh)").startswith("Bends")
    assert words("Mystery") == ""


@pytest.mark.parametrize("kind", ["Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dropout"])
def test_the_layers_of_the_tutorial_have_words(kind):
    assert words(kind).endswith(".")
