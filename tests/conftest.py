"""A network that was taught, in a folder, for all who need one."""

import shutil

import numpy as np
import pytest
from hypothesis import settings

from opsin.data.dataset import Arrays, Dataset
from opsin.models import cards_needed, open_model
from opsin.nn.backend import keras
from opsin.nn.saved import save_network
from opsin.runtime.network import Place
from opsin.store.fetch import have
from opsin.weights.card import Card
from opsin.weights.folder import write_card

COLOURS = ("red", "green", "blue")

# What takes long on a busy machine is no fault of the code; speed is measured in benchmarks.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def colours_network():
    """Tells red, green and blue apart by the mean of each, as if it had been taught so, with augmentation."""
    layers = keras().layers
    image = keras().Input((8, 8, 3), name="image")
    changed = keras().Sequential([layers.RandomFlip(seed=0)], name="augment")(image)
    means = layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(changed))
    model = keras().Model(image, layers.Dense(3, name="logits")(means), name="colours")
    model.get_layer("logits").set_weights([10 * np.eye(3), np.zeros(3)])
    return model


@pytest.fixture(scope="session")
def _taught_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("taught") / "colours"
    save_network(colours_network(), folder / "network.keras")
    write_card(
        folder,
        Card(
            name="colours",
            task="classification",
            summary="Tells three colours apart.",
            labels=COLOURS,
            input_size=(8, 8),
            fit="squeeze",
            licence="",
            trained_on="paint",
        ),
    )
    return folder


@pytest.fixture
def taught(_taught_once, tmp_path):
    """The folder of a model that tells red, green and blue apart; each test has its own."""
    return shutil.copytree(_taught_once, tmp_path / "runs" / "colours")


@pytest.fixture
def paint():
    """120 pictures (8, 8, 3) of one colour each, with noise, in parts."""
    random = np.random.default_rng(0)
    truth = np.arange(120) % 3
    pixels = random.integers(0, 100, (120, 8, 8, 3))
    pixels[np.arange(120), :, :, truth] += 120
    parts = np.array(["train"] * 60 + ["validation"] * 30 + ["test"] * 30)
    pictures = Arrays(pixels.astype(np.uint8), np.arange(120))
    return Dataset(name="paint", labels=COLOURS, pictures=pictures, truth=truth, parts=parts)


@pytest.fixture
def trained():
    """Opens a trained model by name."""

    def opened(name):
        if not all(have(asset) for card in cards_needed(name) for asset in card.files.values()):
            pytest.skip(f"the weights of {name} are not here: opsin models pull {name}")
        return open_model(name, Place())

    return opened
