"""What every registered network promises, checked once for all of them. The heavy ones are slow."""

import subprocess
import sys

import numpy as np
import pytest

from opsin.models import ARCHITECTURES
from opsin.models._architecture import Blueprint, assemble
from opsin.nn.backend import keras
from opsin.nn.saved import load_network, save_network

FAST = ("tutorial", "tutorial_batchnorm", "mobilenet")
NAMES = [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in ARCHITECTURES.names()]
LABELS = 3


@pytest.fixture(scope="module", params=NAMES)
def architecture(request):
    return ARCHITECTURES.get(request.param)


@pytest.fixture(scope="module")
def network(architecture):
    """The network for grey pictures, as small as it can be, from random numbers."""

    def head(features):
        assert len(features.shape) == 2, "features are (n, d)"
        return keras().layers.Dense(LABELS, name="logits")(features)

    yield assemble(architecture, Blueprint(size=architecture.min_size, channels=1, labels=LABELS), head)
    keras().backend.clear_session()


@pytest.fixture(scope="module")
def pixels(architecture):
    pictures = np.random.default_rng(0).integers(0, 256, (3, *architecture.min_size, 1))
    return pictures.astype(np.float32)


@pytest.fixture(scope="module")
def logits(network, pixels):
    return np.asarray(network(pixels, training=False))


def test_gives_one_finite_logit_for_each_label(logits):
    assert logits.shape == (3, LABELS)
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()


def test_gives_a_picture_alone_what_it_gives_it_among_others(network, pixels, logits):
    alone = np.concatenate([np.asarray(network(each[None], training=False)) for each in pixels])
    assert alone == pytest.approx(logits, rel=1e-3, abs=1e-5)


def test_learns_in_every_layer_that_can(network):
    assert network.trainable_weights
    assert all(layer.trainable for layer in network._flatten_layers())


def test_is_saved_and_opened_again(network, pixels, logits, tmp_path):
    save_network(network, tmp_path / "network.keras")
    opened = load_network(tmp_path / "network.keras")
    assert np.asarray(opened(pixels, training=False)) == pytest.approx(logits, rel=1e-4, abs=1e-6)


def test_keeps_what_comes_before_the_mean_in_one_nested_network(architecture, network):
    nested = [layer for layer in network.layers if isinstance(layer, keras().Model)]
    assert [(each.name, len(each.output.shape)) for each in nested] == (
        [("backbone", 4)] if architecture.weights else []
    )


def test_all_are_listed_without_keras():
    program = "import sys; from opsin.models import ARCHITECTURES; ARCHITECTURES.names(); print('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize("name", ARCHITECTURES.names())
class TestEveryDescription:
    def test_is_a_sentence(self, name):
        assert ARCHITECTURES.get(name).summary.endswith(".")

    def test_names_the_licence_of_its_weights(self, name):
        described = ARCHITECTURES.get(name)
        assert bool(described.weights) == bool(described.licence)

    def test_is_at_its_best_at_a_size_that_it_can_have(self, name):
        described = ARCHITECTURES.get(name)
        assert described.input_size is None or min(described.input_size) >= max(described.min_size)
