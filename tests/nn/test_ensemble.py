"""Several networks in one."""

import numpy as np
import pytest

from opsin.nn.backend import keras
from opsin.nn.ensemble import Ensemble
from opsin.nn.saved import load_network, save_network

ops = keras().ops


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def members(rng):
    return [rng.normal(size=(6, 4)).astype(np.float32) * 3 for _ in range(3)]


def cross_entropy(truth, logits):
    return float(keras().losses.CategoricalCrossentropy(from_logits=True)(truth, logits))


def test_it_answers_with_the_geometric_mean_of_the_members_scores(members):
    answered = np.asarray(ops.softmax(Ensemble()(members)))
    product = np.prod([np.asarray(ops.softmax(member)) for member in members], axis=0) ** (1 / 3)
    assert answered == pytest.approx(product / product.sum(axis=1, keepdims=True), abs=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_its_loss_in_training_is_the_mean_of_the_members_own(members, rng, smoothing):
    truth = np.eye(4, dtype=np.float32)[rng.integers(0, 4, 6)] * (1 - smoothing) + smoothing / 4
    layer = Ensemble()
    mean = layer(members, training=True)
    alone = np.mean([cross_entropy(truth, member) for member in members])
    assert cross_entropy(truth, mean) + float(layer.losses[0]) == pytest.approx(alone, abs=1e-5)


def test_it_adds_no_loss_when_it_answers(members):
    layer = Ensemble()
    layer(members)
    assert not layer.losses


def test_a_member_learns_as_if_it_were_alone(rng):
    pixels = rng.normal(size=(32, 5)).astype(np.float32)
    truth = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 32)]

    def network(names):
        image = keras().Input((5,))
        members = [keras().layers.Dense(3, name=name, kernel_initializer="zeros")(image) for name in names]
        # As many times the rate as members: each has its share of the mean.
        model = keras().Model(image, Ensemble()(members))
        model.compile(keras().optimizers.SGD(0.1 * len(names)), keras().losses.CategoricalCrossentropy(True))
        model.fit(pixels, truth, batch_size=8, epochs=3, shuffle=False, verbose=0)
        return model.get_layer("a").get_weights()[0]

    assert network(["a", "b"]) == pytest.approx(network(["a"]), abs=1e-5)


def test_it_is_opened_from_a_saved_network(members, tmp_path):
    inputs = [keras().Input((4,)) for _ in members]
    joined = keras().layers.Concatenate()(inputs)
    model = keras().Model(joined, Ensemble()([joined[:, :4], joined[:, 4:8], joined[:, 8:]]))
    save_network(model, tmp_path / "network.keras")
    seen = np.concatenate(members, axis=1)
    again = load_network(tmp_path / "network.keras")
    assert np.asarray(again(seen)) == pytest.approx(np.asarray(model(seen)), abs=1e-6)
