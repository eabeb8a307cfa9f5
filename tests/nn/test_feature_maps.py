import numpy as np
import pytest

from opsin.core.errors import UnknownNameError, UsageError
from opsin.nn.backend import keras
from opsin.nn.feature_maps import find_step, first_filters, steps

FLAT = ["rescale", "conv1", "pool", "conv2", "mean", "dropout", "logits"]
NESTED = [
    "augment/random_flip",
    "augment/random_contrast",
    "rescale",
    "backbone/conv1",
    "backbone/pool",
    "backbone/conv2",
    "head/mean",
    "head/dropout",
    "head/logits",
]


def named(network, pixels):
    return [step.name for step in steps(network, pixels[None])[0]]


def test_every_layer_has_its_turn(flat_network, pixels):
    assert named(flat_network, pixels) == FLAT


def test_layers_inside_networks_carry_their_name_in_front(nested_network, pixels):
    names = [name.rstrip("_0123456789") if "random" in name else name for name in named(nested_network, pixels)]
    assert names == NESTED


def test_the_last_answer_is_that_of_the_network(nested_network, pixels):
    batch = np.stack([pixels, 255 - pixels]).astype(np.float32)
    _, answer = steps(nested_network, batch)
    assert np.asarray(answer) == pytest.approx(nested_network.predict_on_batch(batch), abs=1e-5)


def test_each_step_has_the_output_of_its_layer(flat_network, pixels):
    found, _ = steps(flat_network, pixels[None])
    part = keras().Model(flat_network.input, flat_network.get_layer("conv2").output)
    expected = part.predict_on_batch(pixels[None].astype(np.float32))[0]
    assert found[FLAT.index("conv2")].values == pytest.approx(expected, abs=1e-6)


def test_nothing_is_changed_or_left_out_as_in_training(nested_network, pixels):
    found, _ = steps(nested_network, pixels[None])
    assert (found[1].values == pixels).all()
    assert (found[7].values == found[6].values).all()


def test_a_sequential_network_is_walked_too(flat_network, pixels):
    layers = keras().layers
    network = keras().Sequential([layers.Conv2D(2, 3, name="conv"), layers.Flatten(name="flatten")])
    assert named(network, pixels) == ["conv", "flatten"]


def test_a_layer_used_twice_has_two_turns(pixels):
    layer, image = keras().layers.Conv2D(1, 3, padding="same", name="again"), keras().Input((8, 8, 1))
    network = keras().Model(image, layer(layer(image)))
    found, _ = steps(network, pixels[None])
    assert [step.name for step in found] == ["again", "again"]
    assert (found[0].values != found[1].values).any()


def test_branches_that_are_added_meet(pixels):
    image = keras().Input((8, 8, 1))
    ways = [keras().layers.Conv2D(2, 1, name=name)(image) for name in ("left", "right")]
    network = keras().Model(image, ways[0] + 2 * ways[1])
    _, answer = steps(network, pixels[None])
    expected = network.predict_on_batch(pixels[None].astype(np.float32))
    assert np.asarray(answer) == pytest.approx(expected, rel=1e-5)


def test_what_is_known_is_not_run_again(flat_network, pixels):
    found, answer = steps(flat_network, pixels[None])
    again, same = steps(flat_network, np.zeros((1, 8, 8, 1)), [step.output for step in found[:4]])
    assert np.asarray(same) == pytest.approx(np.asarray(answer))
    assert [step.name for step in again] == FLAT


def test_maps_are_told_from_features(flat_network, pixels):
    found, _ = steps(flat_network, pixels[None])
    assert [step.has_maps for step in found] == [True] * 4 + [False] * 3
    assert found[3].shape == (4, 4, 5)
    assert found[4].shape == (5,)


def test_layers_with_filters_tell_their_size(flat_network, pixels):
    found, _ = steps(flat_network, pixels[None])
    assert [step.kernel_size for step in found] == [None, (3, 3), None, (3, 3), None, None, None]


def test_a_layer_is_found_by_its_whole_name_or_the_end_of_it(nested_network, pixels):
    found, _ = steps(nested_network, pixels[None])
    assert find_step(found, "conv2") == find_step(found, "backbone/conv2") == 5


def test_a_layer_that_is_not_there_is_told_with_the_nearest(flat_network, pixels):
    found, _ = steps(flat_network, pixels[None])
    with pytest.raises(UnknownNameError, match=r"no layer called 'conv3'\. Did you mean 'conv2'\? Known: conv1"):
        find_step(found, "conv3")


def test_a_model_that_hides_its_layers_is_refused(pixels):
    class Hidden(keras().Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(UsageError, match="layers of Hidden cannot be looked into: a network must be functional"):
        steps(Hidden(), pixels[None])


def test_the_first_filters_are_those_that_see_more_than_one_pixel(pixels):
    image, layers = keras().Input((8, 8, 1)), keras().layers
    inner = keras().Sequential([layers.Conv2D(3, 1, name="mix"), layers.Conv2D(4, (3, 5), name="look")])
    name, filters = first_filters(keras().Model(image, layers.Conv2D(2, 3)(inner(image))))
    assert name == "look"
    assert filters.shape == (3, 5, 3, 4)
    assert (filters == np.asarray(inner.get_layer("look").kernel)).all()


def test_a_network_without_convolutions_has_no_filters():
    network = keras().Sequential([keras().Input((8, 8, 1)), keras().layers.Flatten(), keras().layers.Dense(2)])
    with pytest.raises(UsageError, match="no convolution, so there are no filters"):
        first_filters(network)
