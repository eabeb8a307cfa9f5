"""Networks in Keras's old format, as Keras 2 and Keras 3 wrote them, and hostile ones."""

import json

import h5py
import numpy as np
import pytest

from opsin.core.errors import RefusedError, WeightsError
from opsin.nn.backend import keras
from opsin.nn.legacy import check_plain, read_legacy


def of_keras_2(**more):
    """What Keras 2.15 says of a convolution and a last layer."""
    conv = {
        "name": "conv", "trainable": True, "dtype": "float32", "batch_input_shape": [None, 4, 4, 1], "filters": 2,
        "kernel_size": {"class_name": "__tuple__", "items": [3, 3]}, "strides": [1, 1], "padding": "valid",
        "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "relu", "use_bias": True,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": None,
    }  # fmt: skip
    dense = {"name": "out", "trainable": True, "dtype": "float32", "units": 3, "activation": "softmax"}
    layers = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 4, 4, 1], "name": "input_1"}},
        {"class_name": "Conv2D", "config": conv},
        {"class_name": "Flatten", "config": {"name": "flat", "trainable": True, "dtype": "float32"}},
        {"class_name": "Dense", "config": dense | more},
    ]
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}}


@pytest.fixture
def old(tmp_path):
    """Writes such a file, its layers' weights all 0.5; the path."""

    def write(config, training_config=None, add=lambda file: None):
        shapes = {"conv": [(3, 3, 1, 2), (2,)], "flat": [], "out": [(8, 3), (3,)]}
        with h5py.File(tmp_path / "old.h5", "w") as file:
            file.attrs["keras_version"], file.attrs["backend"] = "2.15.0", "tensorflow"
            file.attrs["model_config"] = json.dumps(config)
            if training_config:
                file.attrs["training_config"] = json.dumps(training_config)
            weights = file.create_group("model_weights")
            weights.attrs["layer_names"] = [name.encode() for name in shapes]
            for name, each in shapes.items():
                group = weights.create_group(name)
                paths = [f"{name}/{kind}:0" for kind in ("kernel", "bias")][: len(each)]
                group.attrs["weight_names"] = [path.encode() for path in paths]
                for path, shape in zip(paths, each, strict=True):
                    group[path] = np.full(shape, 0.5, np.float32)
            add(file)
        return tmp_path / "old.h5"

    return write


def test_a_file_of_keras_2_is_read(old):
    model = read_legacy(old(of_keras_2()))
    assert [layer.name for layer in model.layers] == ["conv", "flat", "out"]
    assert all((weights == 0.5).all() for weights in model.get_weights())
    assert model.predict_on_batch(np.ones((2, 4, 4, 1))) == pytest.approx(np.full((2, 3), 1 / 3))


def test_its_loss_and_optimizer_are_not_looked_at(old):
    evil = {"loss": {"class_name": "Lambda", "config": {"function": "4wEA"}}}
    assert not read_legacy(old(of_keras_2(), training_config=evil)).compiled


EVIL = {
    "a lambda": {"class_name": "Lambda", "config": {"name": "x", "function": ["4wEAAAA=", None, None]}},
    "TensorFlow's functions": {"class_name": "TFOpLambda", "config": {"name": "x", "function": "io.write_file"}},
    "a class of somebody's": {"class_name": "Mine", "config": {"name": "x"}},
    "a vocabulary's file": {"class_name": "TextVectorization", "config": {"name": "x", "vocabulary": "/etc/passwd"}},
    "a plain name from elsewhere": {"class_name": "Dense", "module": "evil", "config": {"name": "x", "units": 3}},
}


@pytest.mark.parametrize("what", EVIL)
def test_anything_but_plain_layers_is_refused(old, what):
    config = of_keras_2()
    config["config"]["layers"].insert(2, EVIL[what])
    with pytest.raises(RefusedError, match=r"old\.h5 was not loaded: it holds .* \(named 'x'\)"):
        read_legacy(old(config))


def test_a_function_as_an_argument_is_refused(old):
    function = {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}
    with pytest.raises(RefusedError, match=r"holds os 'function' \(named 'system'\)"):
        read_legacy(old(of_keras_2(activation=function)))


def test_weights_in_another_file_are_refused(old):
    def add(file):
        file["model_weights/evil"] = h5py.ExternalLink("/etc/passwd", "/")

    with pytest.raises(RefusedError, match=r"'/model_weights/evil' in it is a ExternalLink"):
        read_legacy(old(of_keras_2(), add=add))


def test_weights_that_do_not_fit_are_one_clear_line(old):
    with pytest.raises(WeightsError, match="holds no network that Keras can read"):
        read_legacy(old(of_keras_2(units=4)))


def test_a_configuration_that_is_no_json_is_one_clear_line(old):
    def add(file):
        file.attrs["model_config"] = "{"

    with pytest.raises(WeightsError, match=r"What .*old\.h5 says of its network is no JSON"):
        read_legacy(old(of_keras_2(), add=add))


def test_a_file_of_another_name_is_not_looked_at(tmp_path):
    (tmp_path / "old.pkl").touch()
    with pytest.raises(WeightsError, match=r"Only FILE\.h5 is imported"):
        read_legacy(tmp_path / "old.pkl")


def test_one_thing_goes_in_and_one_comes_out(tmp_path):
    first, second = keras().Input((3,)), keras().Input((3,))
    model = keras().Model([first, second], keras().layers.Add()([first, second]))
    with pytest.raises(RefusedError, match="has 2 inputs and 1 outputs; one of each can be imported"):
        check_plain(model, tmp_path / "old.h5")
