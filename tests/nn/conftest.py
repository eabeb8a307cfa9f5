"""Tiny networks to look into."""

import numpy as np
import pytest

from opsin.nn.backend import keras


@pytest.fixture
def flat_network():
    """8 x 8 grey pictures, two convolutions, the mean of each map, three labels."""
    keras().utils.set_random_seed(1)
    layers = keras().layers
    image = keras().Input((8, 8, 1), name="image")
    x = layers.Rescaling(1 / 255, name="rescale")(image)
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(name="pool")(x)
    x = layers.Conv2D(5, 3, padding="same", activation="relu", name="conv2")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    network = keras().Model(image, layers.Dense(3, name="logits")(x))
    weights, bias = network.get_layer("logits").get_weights()
    weights[:, 1] = np.abs(weights[:, 1])  # every map speaks for label 1
    network.get_layer("logits").set_weights([weights, bias])
    return network


@pytest.fixture
def nested_network(flat_network):
    """The same network, its convolutions in a network of their own, and changes of the picture in another."""
    layers, inner = keras().layers, keras().Input((8, 8, 1))
    x = inner
    for name in ("conv1", "pool", "conv2"):
        x = flat_network.get_layer(name)(x)
    backbone = keras().Model(inner, x, name="backbone")
    augment = keras().Sequential([layers.RandomFlip(seed=1), layers.RandomContrast(0.9, seed=2)], name="augment")
    image = keras().Input((8, 8, 1), name="image")
    x = backbone(layers.Rescaling(1 / 255, name="rescale")(augment(image)))
    head = keras().Sequential([flat_network.get_layer(name) for name in ("mean", "dropout", "logits")], name="head")
    return keras().Model(image, head(x))


@pytest.fixture
def pixels():
    """A picture for them."""
    return np.random.default_rng(2).integers(0, 256, (8, 8, 1)).astype(np.uint8)
