import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.models._logits import as_logits
from opsin.nn.backend import keras

SHAPE = (4, 4, 1)
PIXELS = np.random.default_rng(0).random((5, *SHAPE), np.float32)


def dense(x, units=3, **arguments):
    return keras().layers.Dense(units, **arguments)(keras().layers.Flatten()(x))


def ended(end):
    """A model that ends as the function `end` does it."""
    image = keras().Input(SHAPE)
    return keras().Model(image, end(image), name="own")


def nested(end):
    image, inner = keras().Input(SHAPE), ended(end)
    return keras().Model(image, inner(image), name="outer")


def lazy(end):
    return keras().Sequential([keras().layers.Flatten(), keras().layers.Dense(3, activation="softmax")])


def softmax(logits):
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


ENDS = {
    "dense with softmax": lambda x: dense(x, activation="softmax"),
    "softmax layer": lambda x: keras().layers.Softmax()(dense(x)),
    "activation layer": lambda x: keras().layers.Activation("softmax")(dense(x)),
    "softmax operation": lambda x: keras().ops.softmax(dense(x)),
}


@pytest.mark.parametrize("wrapped", [ended, nested, lazy], ids=["plain", "nested", "not built yet"])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_softmax_at_the_end_is_taken_off(wrapped, end):
    model = wrapped(end)
    logits = np.asarray(as_logits(model, SHAPE)(PIXELS))
    assert softmax(logits) == pytest.approx(np.asarray(model(PIXELS)), abs=1e-6)
    assert not np.allclose(logits.sum(axis=1), 1)


def test_the_users_model_is_left_as_it_was():
    model = ended(ENDS["dense with softmax"])
    before = np.asarray(model(PIXELS))
    as_logits(model, SHAPE)
    assert model.layers[-1].activation is keras().activations.softmax
    assert np.array_equal(model(PIXELS), before)


@pytest.mark.parametrize("end", [dense, lambda x: keras().layers.GlobalMaxPooling2D()(keras().layers.Conv2D(3, 2)(x))])
def test_logits_at_the_end_stay(end):
    model = ended(end)
    assert np.array_equal(as_logits(model, SHAPE)(PIXELS), model(PIXELS))


def test_any_size_is_taken_where_the_model_takes_any():
    image = keras().Input((None, None, 1))
    model = keras().Model(image, keras().layers.GlobalMaxPooling2D()(image))
    assert as_logits(model, SHAPE).output_shape == (None, 1)


class TestRefusals:
    @pytest.mark.parametrize("name", ["sigmoid", "relu", "tanh", "log_softmax", "softplus"])
    @pytest.mark.parametrize("wrapped", [ended, nested], ids=["plain", "nested"])
    def test_another_ending(self, name, wrapped):
        for end in (lambda x: dense(x, activation=name), lambda x: keras().layers.Activation(name)(dense(x))):
            with pytest.raises(
                UsageError, match=f"ends in {name.replace('_', '')}; to tell labels apart it must end in"
            ):
                as_logits(wrapped(end), SHAPE)

    def test_several_inputs(self):
        one, two = keras().Input(SHAPE), keras().Input(SHAPE)
        model = keras().Model([one, two], dense(keras().layers.Add()([one, two])), name="pair")
        with pytest.raises(UsageError, match=r"The network 'pair' must have one input; it has 2."):
            as_logits(model, SHAPE)

    def test_several_outputs(self):
        image = keras().Input(SHAPE)
        model = keras().Model(image, [dense(image), dense(image)], name="pair")
        with pytest.raises(UsageError, match=r"The network 'pair' must have one output; it has 2."):
            as_logits(model, SHAPE)

    def test_another_size(self):
        with pytest.raises(UsageError, match=r"The network 'own' takes 4 x 4 x 1; it will be given 8 x 8 x 3."):
            as_logits(ended(dense), (8, 8, 3))

    def test_a_class_of_the_users_own(self):
        class Own(keras().Model):
            def call(self, inputs):
                return inputs

        with pytest.raises(UsageError, match=r"must be made with keras.Sequential .*; it is a Own."):
            as_logits(Own(name="own"), SHAPE)
