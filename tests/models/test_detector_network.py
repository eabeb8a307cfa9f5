"""The pyramid and the head of a detector."""

import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.models import ARCHITECTURES, TEACHERS, Architecture, Blueprint, assemble
from opsin.models._architecture import mapped
from opsin.models._detector_network import STRIDES, WIDTH, places
from opsin.nn.backend import keras

SIZE = (64, 96)
TEACHER = TEACHERS.get("detection")
PLAIN = Architecture(name="plain", summary="", features=lambda pixels, blueprint: pixels)


def backbone(size=SIZE):
    """Halves the picture five times."""
    image = x = keras().Input((*size, 3))
    for step in range(5):
        x = keras().layers.Conv2D(4, 3, 2, padding="same", activation="relu", name=f"half{step}")(x)
    return keras().Model(image, x, name="backbone")


def maps(pixels, blueprint):
    return mapped(backbone(blueprint.size), keras().layers.Rescaling(1 / 255)(pixels), blueprint.size)


HALVING = Architecture(name="halving", summary="", features=lambda pixels, blueprint: pixels, maps=maps)


@pytest.fixture(scope="module")
def network():
    return assemble(HALVING, Blueprint(size=SIZE, labels=2), lambda found: TEACHER.head(found, "ab"), sees_maps=True)


def pictures(count: int = 2):
    return np.random.default_rng(0).uniform(0, 255, (count, *SIZE, 3)).astype(np.float32)


def test_there_is_an_answer_for_each_place(network):
    assert network.output_shape == (None, len(places(SIZE)), 4 + 2)
    assert network.output_names == ["proposals"]


def test_places_are_the_middles_of_squares_that_cover_the_input_once_for_each_stride():
    found = places(SIZE)
    assert len(found) == sum((SIZE[0] // stride) * (SIZE[1] // stride) for stride in STRIDES)
    first = found[: (SIZE[0] // 8) * (SIZE[1] // 8)]
    assert first[:2].tolist() == [[4, 4], [12, 4]]
    assert first.mean(axis=0).tolist() == [SIZE[1] / 2, SIZE[0] / 2]


def test_every_box_is_around_its_place(network):
    boxes = network.predict_on_batch(pictures())[..., :4]
    middles = places(SIZE)
    assert (boxes[..., :2] < middles).all()
    assert (boxes[..., 2:] > middles).all()


def test_at_first_hardly_anything_is_said_to_be_there(network):
    scores = 1 / (1 + np.exp(-network.predict_on_batch(pictures())[..., 4:]))
    assert scores.mean() < 0.05


def test_a_picture_alone_gets_the_answer_that_it_gets_among_others(network):
    both = network.predict_on_batch(pictures(2))
    assert network.predict_on_batch(pictures(2)[1:]) == pytest.approx(both[1:], abs=1e-4)


def test_one_head_reads_all_maps(network):
    kernels = [layer for layer in network.layers if layer.name in ("what0", "what1", "where0", "where1")]
    assert [layer.kernel.shape for layer in kernels] == [(3, 3, WIDTH, WIDTH)] * 4


def test_the_backbone_keeps_its_name_by_which_its_layers_are_found(network):
    assert "backbone" in [layer.name for layer in network.layers]


def test_a_network_without_maps_is_refused_with_those_that_have_them():
    with pytest.raises(UsageError, match=r"The network plain has no feature maps .* efficientnet_lite0"):
        assemble(PLAIN, Blueprint(size=SIZE), lambda found: found, sees_maps=True)


def test_a_size_at_which_maps_are_missing_is_refused_with_what_would_do():
    with pytest.raises(UsageError, match=r"strides 8, 16, 32; this network has .*multiple of 32"):
        assemble(HALVING, Blueprint(size=(72, 72)), lambda found: TEACHER.head(found, "ab"), sees_maps=True)


def test_a_network_whose_maps_divide_the_picture_unevenly_is_refused_in_one_line():
    def cut(pixels, blueprint):
        image = keras().Input((*blueprint.size, 3))
        return mapped(keras().Model(image, keras().layers.Conv2D(2, 3, 2)(image)), pixels, blueprint.size)

    cutting = Architecture(name="cutting", summary="", features=lambda pixels, blueprint: pixels, maps=cut)
    with pytest.raises(UsageError, match="this network has none at this size"):
        assemble(cutting, Blueprint(size=SIZE), lambda found: TEACHER.head(found, "ab"), sees_maps=True)


def test_maps_come_by_their_stride_the_last_of_each():
    found = maps(keras().Input((*SIZE, 3)), Blueprint(size=SIZE))
    assert {stride: tuple(each.shape[1:3]) for stride, each in found.items()} == {
        stride: (SIZE[0] // stride, SIZE[1] // stride) for stride in (2, 4, 8, 16, 32)
    }


@pytest.mark.parametrize("name", ["efficientnet_lite0", "mobilenet_v2"])
def test_small_pretrained_networks_have_the_maps_that_a_detector_needs(name):
    found = ARCHITECTURES.get(name).maps(keras().Input((64, 64, 3)), Blueprint(size=(64, 64)))
    assert set(STRIDES) <= set(found)
