"""Layers that turn a network's numbers into boxes."""

import numpy as np
import pytest

from opsin.nn.backend import keras
from opsin.nn.saved import load_network, save_network

keras()
from opsin.nn.box_layers import BoxesAround, middles  # noqa: E402 - after the backend is chosen


def network(height: int = 3, width: int = 4, stride: int = 8):
    reach = keras().Input((height, width, 4), name="image")
    return keras().Model(reach, BoxesAround(stride, name="boxes")(reach), name="reaching")


def test_boxes_reach_as_far_as_is_said_from_the_middle_of_each_place():
    reach = np.random.default_rng(0).uniform(0, 3, (2, 3, 4, 4)).astype(np.float32)
    boxes = network().predict_on_batch(reach).reshape(2, 3, 4, 4)
    for row in range(3):
        for column in range(4):
            x, y = column * 8 + 4, row * 8 + 4
            left, top, right, bottom = 8 * reach[1, row, column]
            assert boxes[1, row, column] == pytest.approx([x - left, y - top, x + right, y + bottom], rel=1e-5)


def test_middles_are_half_a_stride_from_the_borders_and_a_stride_apart():
    found = middles(2, 3, 16).reshape(2, 3, 2)
    assert found[0, 0].tolist() == [8, 8]
    assert found[1, 2].tolist() == [40, 24]


def test_it_is_saved_and_opened_again(tmp_path):
    save_network(network(), tmp_path / "network.keras")
    reach = np.ones((1, 3, 4, 4), np.float32)
    opened = load_network(tmp_path / "network.keras")
    assert np.array_equal(opened.predict_on_batch(reach), network().predict_on_batch(reach))


def test_it_stays_in_full_precision_whatever_the_rest_is_computed_in():
    keras().config.set_dtype_policy("mixed_bfloat16")
    try:
        assert network().output.dtype == "float32"
    finally:
        keras().config.set_dtype_policy("float32")
