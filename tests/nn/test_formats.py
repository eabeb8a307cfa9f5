"""File formats, by what lies in the files; whether their answers are right is tested in tests/engine/test_export.py."""

import zipfile

import numpy as np
import onnxruntime
import openvino
import pytest

from opsin.core.errors import UsageError
from opsin.nn.admission import ACTIVATIONS
from opsin.nn.backend import keras
from opsin.nn.formats import FORMATS, serving

NOTES = {"labels.txt": "ankle boot\nT-shirt/top\nSchnürschuh", "card.json": '{"temperature": 1.5}', "about.txt": "grey"}
PIXELS = np.random.default_rng(3).uniform(0, 255, (7, 8, 8, 1)).astype(np.float32)


def samples():
    return (PIXELS[index : index + 1] for index in range(len(PIXELS)))


@pytest.fixture(scope="module")
def network():
    """A convolution and a last layer, behind layers that change pictures while it is taught, whatever they are told."""
    keras().utils.set_random_seed(0)
    layers = keras().layers
    image = keras().Input((8, 8, 1), name="image")
    x = layers.RandomContrast(0.9, seed=1)(layers.RandomRotation(0.5, seed=0)(image))
    x = layers.Conv2D(4, 3, activation="relu")(layers.Rescaling(1 / 255)(x))
    x = layers.Dropout(0.5)(layers.BatchNormalization()(layers.Flatten()(x)))
    return keras().Model(image, layers.Dense(3, name="logits")(x))


@pytest.fixture(scope="module")
def folders(network, tmp_path_factory):
    """A folder for each format, with the network in it."""
    made = {name: tmp_path_factory.mktemp(name) for name in FORMATS.names()}
    served = serving(network, "image", "logits")
    for name, folder in made.items():
        FORMATS.get(name).write(served, folder, NOTES, samples)
    return made


def test_there_are_five():
    assert FORMATS.names() == ("litert", "litert-int8", "onnx", "openvino", "saved_model")


def test_what_is_served_is_never_in_training(network):
    answers = np.asarray(serving(network, "image", "logits").model(PIXELS)["logits"])
    assert answers == pytest.approx(np.asarray(network(PIXELS, training=False)))
    assert answers != pytest.approx(np.asarray(network(PIXELS, training=True)))


def test_nothing_but_the_network_is_left_in_the_folder(folders):
    found = {name: {path.name for path in folder.iterdir()} for name, folder in folders.items()}
    assert found == {
        "litert": {"network.tflite"},
        "litert-int8": {"network.tflite"},
        "onnx": {"network.onnx"},
        "openvino": {"network.xml", "network.bin"},
        "saved_model": {"saved_model"},
    }


@pytest.mark.parametrize("name", ["onnx", "openvino", "litert", "litert-int8", "saved_model"])
def test_input_and_output_have_our_names_and_a_free_first_axis(folders, name):
    model = openvino.Core().read_model(folders[name] / FORMATS.get(name).network)
    (given,), (answered,) = model.inputs, model.outputs
    assert ("image" in given.get_names(), "logits" in answered.get_names()) == (True, True)
    assert str(given.get_partial_shape()) == "[?,8,8,1]"
    assert str(answered.get_partial_shape()) == "[?,3]"
    assert given.get_element_type() == answered.get_element_type() == openvino.Type.f32


class TestOnnx:
    @pytest.fixture(scope="class")
    @staticmethod
    def model(folders):
        import onnx

        return onnx.load(folders["onnx"] / "network.onnx")

    def test_it_is_a_good_model(self, model):
        import onnx

        onnx.checker.check_model(model, full_check=True)

    def test_it_carries_the_notes(self, model):
        assert {each.key: each.value for each in model.metadata_props} == NOTES

    def test_the_free_axis_has_one_name(self, model):
        axes = [value.type.tensor_type.shape.dim[0].dim_param for value in (*model.graph.input, *model.graph.output)]
        assert axes == ["n", "n"]
        assert b"unk__" not in model.SerializeToString()


class TestOpenVino:
    def test_it_carries_the_notes(self, folders):
        model = openvino.Core().read_model(folders["openvino"] / "network.xml")
        assert {name: model.get_rt_info(["opsin", name]).astype(str) for name in NOTES} == NOTES

    def test_its_numbers_are_whole(self, folders):
        model = openvino.Core().read_model(folders["openvino"] / "network.xml")
        kinds = {str(node.get_element_type()) for node in model.get_ordered_ops() if node.get_type_name() == "Constant"}
        assert "<Type: 'float16'>" not in kinds


class TestLiteRt:
    @pytest.mark.parametrize("name", ["litert", "litert-int8"])
    def test_its_labels_can_be_unzipped(self, folders, name):
        with zipfile.ZipFile(folders[name] / "network.tflite") as archive:
            assert archive.read("labels.txt").decode() == NOTES["labels.txt"]

    @pytest.mark.parametrize("name", ["litert", "litert-int8"])
    def test_it_carries_the_notes(self, folders, name):
        from ai_edge_litert.tools import flatbuffer_utils

        model = flatbuffer_utils.read_model(folders[name] / "network.tflite")
        notes = {entry.name.decode(): bytes(model.buffers[entry.buffer].data) for entry in model.metadata}
        assert {name: notes[name].decode() for name in NOTES} == NOTES

    def test_eight_bits_are_smaller_inside_and_whole_outside(self, folders):
        from ai_edge_litert.interpreter import Interpreter

        run = Interpreter(str(folders["litert-int8"] / "network.tflite"))
        kinds = {detail["dtype"] for detail in run.get_tensor_details()}
        assert np.int8 in kinds
        assert run.get_input_details()[0]["dtype"] == run.get_output_details()[0]["dtype"] == np.float32

    def test_another_backend_is_told_which_one_it_takes(self, network, tmp_path, monkeypatch):
        monkeypatch.setattr(keras().backend, "backend", lambda: "jax")
        served = serving(network, "image", "logits")
        with pytest.raises(UsageError, match=r"LiteRT is written by TensorFlow, and KERAS_BACKEND is jax"):
            FORMATS.get("litert").write(served, tmp_path, NOTES, samples)


def test_a_saved_model_keeps_the_notes_beside_it(folders):
    extra = folders["saved_model"] / "saved_model" / "assets.extra"
    assert {path.name: path.read_text(encoding="utf-8")[:-1] for path in extra.iterdir()} == NOTES


def test_a_normalisation_with_given_numbers_is_no_input_of_its_own(tmp_path):
    image = keras().Input((2, 2, 3), name="image")
    inner = keras().Sequential([keras().layers.Normalization(mean=[1.0, 2, 3], variance=[4.0, 5, 6])], name="inner")
    model = keras().Model(image, keras().layers.Flatten()(inner(image)))
    FORMATS.get("onnx").write(serving(model, "image", "logits"), tmp_path, NOTES, samples)
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 2, 2, 3)).astype(np.float32)
    told = onnxruntime.InferenceSession(tmp_path / "network.onnx").run(["logits"], {"image": pixels})[0]
    assert told == pytest.approx((pixels - [1, 2, 3]).reshape(2, 12) / np.sqrt([4, 5, 6] * 4), rel=1e-4)


@pytest.mark.parametrize("groups", [2, 6])
def test_a_grouped_convolution_is_written_as_steps_that_every_engine_knows(groups, tmp_path):
    image = keras().Input((8, 8, 6), name="image")
    model = keras().Model(image, keras().layers.Flatten()(keras().layers.Conv2D(6, 3, groups=groups)(image)))
    FORMATS.get("onnx").write(serving(model, "image", "logits"), tmp_path, NOTES, samples)
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 8, 8, 6)).astype(np.float32)
    told = onnxruntime.InferenceSession(tmp_path / "network.onnx").run(["logits"], {"image": pixels})[0]
    assert told == pytest.approx(np.asarray(model(pixels)), rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS - {"threshold"}))
def test_every_activation_gives_the_same_numbers_in_onnx(name, tmp_path):
    image = keras().Input((2, 2, 2), name="image")
    model = keras().Model(image, keras().layers.Activation(name)(keras().layers.Flatten()(image)))
    FORMATS.get("onnx").write(serving(model, "image", "logits"), tmp_path, NOTES, samples)
    numbers = np.linspace(-6, 6, 64, dtype=np.float32).reshape(8, 2, 2, 2)
    told = onnxruntime.InferenceSession(tmp_path / "network.onnx").run(["logits"], {"image": numbers})[0]
    assert told == pytest.approx(np.asarray(model(numbers)), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("name", ["onnx", "openvino"])
def test_converters_say_nothing(network, tmp_path, capfd, name):
    FORMATS.get(name).write(serving(network, "image", "logits"), tmp_path, NOTES, samples)
    assert capfd.readouterr() == ("", "")


def test_a_network_that_cannot_be_written_is_one_clear_line(network, tmp_path):
    served = serving(network, "image", "logits")
    with pytest.raises(UsageError, match=r"^This network cannot be written as nonsense: .*nonsense") as caught:
        served.export(tmp_path / "network.x", "nonsense")
    assert "\n" not in str(caught.value)
