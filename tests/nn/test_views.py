"""Answers averaged over views of a picture."""

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.nn.backend import keras
from opsin.nn.saved import load_network, save_network
from opsin.nn.views import averaged


@pytest.fixture(scope="module")
def model():
    layers = keras().layers
    image = keras().Input((5, 5, 1), name="image")
    return keras().Model(image, layers.Dense(3, name="logits")(layers.Flatten()(layers.Conv2D(2, 3)(image))))


IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 5, 5, 1)).astype("float32")


def told(model, images=IMAGES) -> np.ndarray:
    return np.asarray(model(images))


def shifted(down: int, right: int) -> np.ndarray:
    padded = np.pad(IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return padded[:, 1 - down : 6 - down, 1 - right : 6 - right]


def test_one_view_is_the_network_itself(model):
    assert averaged(model, "one") is model


def test_a_mirror_image_gets_the_same_answer(model):
    both = averaged(model, "mirrored")
    assert told(both) == pytest.approx(told(both, IMAGES[:, :, ::-1]), rel=1e-4)
    assert told(both) == pytest.approx((told(model) + told(model, IMAGES[:, :, ::-1])) / 2, rel=1e-4)


def test_neighbours_lie_one_pixel_away(model):
    expected = np.mean([told(model, shifted(*by)) for by in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))], axis=0)
    assert told(averaged(model, "shifted")) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("views", ["mirrored", "shifted"])
def test_the_views_are_saved_with_the_network(model, views, tmp_path):
    save_network(averaged(model, views), tmp_path / "network.keras")
    assert told(load_network(tmp_path / "network.keras")) == pytest.approx(told(averaged(model, views)), rel=1e-5)


def test_unknown_views_are_refused(model):
    with pytest.raises(OptionError, match="views must be one, mirrored or shifted; got 'all'"):
        averaged(model, "all")
