import numpy as np
import pytest

from opsin.core.errors import OptionError, UsageError
from opsin.models import ARCHITECTURES
from opsin.models._architecture import Blueprint, assemble
from opsin.models.cnn import ACTIVATIONS, cnn
from opsin.nn.backend import keras


def built(architecture, size=(8, 8), channels=1):
    def head(features):
        return keras().layers.Dense(3, name="logits")(features)

    return assemble(architecture, Blueprint(size=size, channels=channels, labels=3), head)


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def test_the_tutorials_network_has_the_tutorials_layers():
    model = built(ARCHITECTURES.get("tutorial"), (32, 32), 3)
    shape = [layer.filters for layer in model.layers if hasattr(layer, "filters")]
    assert [kind for kind in kinds(model) if kind not in ("Activation", "InputLayer", "Rescaling")] == [
        "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Conv2D", "Flatten", "Dense", "Dropout", "Dense",
    ]  # fmt: skip
    assert shape == [32, 64, 64]


def test_the_tutorials_network_has_as_many_weights_as_the_tutorial_says():
    # https://www.tensorflow.org/tutorials/images/cnn, model.summary(), with 10 labels: 122,570.
    def head(features):
        return keras().layers.Dense(10, name="logits")(features)

    model = assemble(ARCHITECTURES.get("tutorial"), Blueprint(size=(32, 32)), head)
    assert model.count_params() == 122_570


def test_with_batch_normalisation_each_layer_has_one_and_no_bias():
    model = built(ARCHITECTURES.get("tutorial_batchnorm"), (18, 18))
    assert kinds(model).count("BatchNormalization") == 4
    assert not any(layer.use_bias for layer in model.layers[:-1] if hasattr(layer, "use_bias"))


def test_the_network_sees_pixels_in_0_to_1():
    model = built(cnn(filters=(2,)))
    seen = keras().Model(model.input, model.get_layer("rescale").output)
    assert np.asarray(seen(np.full((1, 8, 8, 1), 255.0))).max() == pytest.approx(1)


@pytest.mark.parametrize("pool", ["max", "average", "none"])
@pytest.mark.parametrize(("filters", "kernel"), [((2,), 1), ((2, 2), 3), ((2, 2, 2), 2), ((2, 2, 2), 5)])
def test_the_smallest_picture_leaves_one_number_of_each_filter(pool, filters, kernel):
    network = cnn(filters=filters, kernel=kernel, pool=pool, dense=())
    assert built(network, network.min_size).get_layer("flatten").output.shape == (None, 2)


def test_one_pixel_less_is_refused_and_told_how_many_convolutions_fit():
    with pytest.raises(
        UsageError,
        match=r"3 convolutions of 3 x 3 with pooling 'max' need pictures of at least 18 pixels a side; got 20 x 17, "
        r"for which 2 would fit.",
    ):
        built(ARCHITECTURES.get("tutorial"), (20, 17))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_one_of_keras(activation):
    assert keras().activations.get(activation) is not None


@pytest.mark.parametrize("pool", ["average", "none"])
def test_the_pooling_is_the_one_asked_for(pool):
    found = [kind for kind in kinds(built(cnn(filters=(2, 2), pool=pool))) if "Pooling" in kind]
    assert found == {"average": ["AveragePooling2D"], "none": []}[pool]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"filters": ()}, r"filters must name at least one convolution, like \(32, 64\); got none."),
        ({"filters": (8, 0)}, "filters must be whole numbers of at least 1; got 0."),
        ({"filters": (8.5,)}, "filters must be whole numbers of at least 1; got 8.5."),
        ({"dense": 4.5}, "dense must be whole numbers of at least 1; got 4.5."),
        ({"kernel": 0}, "kernel must be whole numbers of at least 1; got 0."),
        ({"dense": (True,)}, "dense must be whole numbers of at least 1; got True."),
        ({"activation": "rellu"}, "activation must be one of celu, .*; got 'rellu'."),
        ({"pool": "min"}, "pool must be one of max, average, none; got 'min'."),
        ({"dropout": 1.0}, "dropout must be at least 0 and less than 1; got 1.0."),
    ],
)
def test_numbers_that_cannot_be_are_refused(asked, said):
    with pytest.raises(OptionError, match=said):
        cnn(**asked)


def test_one_number_stands_for_one_layer():
    assert cnn(filters=8).min_size == (3, 3)
