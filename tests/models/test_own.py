import sys

import numpy as np
import pytest

from opsin.core.errors import InputError, UnknownNameError, UsageError
from opsin.models import network_named
from opsin.models._architecture import Blueprint, assemble
from opsin.models.cnn import cnn
from opsin.nn.backend import keras

SMALL = Blueprint(size=(8, 8), channels=1, labels=3)


def small(input_shape=(8, 8, 1), labels=3, activation="softmax"):
    layers = keras().layers
    return keras().Sequential(
        [keras().Input(input_shape), layers.Flatten(), layers.Dense(labels, activation=activation)], name="small"
    )


def built(network, blueprint=SMALL):
    return assemble(network_named(network), blueprint, lambda features: pytest.fail("asked for a head"))


@pytest.fixture
def file(tmp_path):
    """Writes a Python file of the user's."""

    def written(body: str) -> str:
        path = tmp_path / "my_model.py"
        path.write_text(body)
        return str(path)

    return written


FILE = """
import keras
from dataclasses import dataclass

@dataclass
class Sizes:
    units: int = 4

def build(input_shape, labels):
    return keras.Sequential([
        keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(labels, activation="softmax"),
    ])

def wide(input_shape):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(3)])

number = 5
"""


class TestNames:
    def test_a_registered_name(self):
        assert network_named("tutorial").name == "tutorial"

    def test_an_architecture_is_itself(self):
        network = cnn()
        assert network_named(network) is network

    def test_an_unknown_name_offers_the_nearest(self):
        with pytest.raises(
            UnknownNameError, match=r"There is no network called 'mobilnet_v2'. Did you mean 'mobilenet_v2'"
        ):
            network_named("mobilnet_v2")

    def test_anything_else_is_refused(self):
        with pytest.raises(UsageError, match=r"a function or a keras.Model; got int."):
            network_named(5)


class TestFiles:
    def test_the_function_build_is_taken(self, file):
        model = built(file(FILE))
        assert model.output_shape == (None, 3)
        assert model.name == "my_model"

    def test_another_function_is_taken_by_name(self, file):
        assert built(f"{file(FILE)}:wide").output_shape == (None, 3)

    def test_a_file_that_is_not_there(self):
        with pytest.raises(InputError, match=r"There is no file nowhere.py. Give a network's name, or the path"):
            network_named("nowhere.py")

    @pytest.mark.parametrize("name", ["deep", "number"])
    def test_a_file_without_that_function(self, file, name):
        with pytest.raises(
            UsageError, match=rf"my_model.py has no function {name}\(input_shape, labels\) that returns"
        ):
            network_named(f"{file(FILE)}:{name}")

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("x = 1\nraise ValueError('oh')\n", "my_model.py, line 2: ValueError: oh"),
            ("import nothing_of_that_name", "my_model.py, line 1: ModuleNotFoundError: No module named"),
            ("x = 1\ndef build(:\n", "my_model.py, line 2: SyntaxError"),
        ],
    )
    def test_a_file_that_fails_is_told_with_the_line(self, file, body, said):
        with pytest.raises(InputError, match=said):
            network_named(file(body))

    def test_a_function_in_a_file_that_fails_is_told_with_the_line(self, file):
        with pytest.raises(InputError, match=r"my_model.py, line 2: ZeroDivisionError: division by zero"):
            built(file("def build():\n    return 1 / 0\n"))

    def test_a_function_in_a_file_that_asks_for_too_much_is_refused(self, file):
        with pytest.raises(UsageError, match=r"build must take .* at most; it asks for \(a, b, c\)"):
            built(file("def build(a, b, c):\n    pass\n"))


class TestFunctionsAndModels:
    @pytest.mark.parametrize(
        "build", [small, lambda input_shape: small(input_shape), lambda: small()], ids=["two", "one", "none"]
    )
    def test_a_function_is_given_as_much_as_it_asks_for(self, build):
        assert built(build).output_shape == (None, 3)

    def test_a_function_that_asks_for_more_is_refused(self):
        with pytest.raises(UsageError, match=r"must take \(input_shape, labels\) at most; it asks for \(a, b, c\)"):
            built(lambda a, b, c: small())

    def test_a_function_that_returns_no_model_is_refused(self):
        with pytest.raises(UsageError, match=r"The function must return a keras.Model; it returned list."):
            built(list)

    def test_a_model_is_taken_with_its_weights(self):
        model, pixels = small(activation=None), np.random.default_rng(0).random((2, 8, 8, 1), np.float32)
        assert np.asarray(built(model)(pixels)) == pytest.approx(np.asarray(model(pixels)), abs=1e-6)

    def test_a_model_tells_the_size_that_it_was_built_for(self):
        assert network_named(small()).input_size == (8, 8)

    def test_a_model_with_another_number_of_outputs_is_refused(self):
        with pytest.raises(
            UsageError, match=r"The network 'small' must answer 3 numbers for a picture, .* it answers 4."
        ):
            built(small(labels=4))

    def test_naming_a_function_does_not_import_keras(self, monkeypatch):
        monkeypatch.delitem(sys.modules, "keras", raising=False)
        network_named(small)
        assert "keras" not in sys.modules
