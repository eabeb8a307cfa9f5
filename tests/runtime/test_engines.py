"""Keras, ONNX Runtime, LiteRT and TensorFlow behind the one protocol: one network, the same answers, any batch."""

import threading

import numpy as np
import pytest

from opsin.nn.backend import keras
from opsin.nn.formats import FORMATS, serving
from opsin.runtime.keras import KerasNetwork
from opsin.runtime.litert import LiteRtNetwork
from opsin.runtime.onnx import OnnxNetwork
from opsin.runtime.saved_model import SavedModelNetwork

ENGINES = {
    "litert": lambda folder: LiteRtNetwork(folder / "network.tflite", threads=2),
    "onnx": lambda folder: OnnxNetwork(folder / "network.onnx"),
    "saved_model": lambda folder: SavedModelNetwork(folder / "saved_model"),
}
PIXELS = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 1), np.uint8)


@pytest.fixture(scope="module")
def model():
    keras().utils.set_random_seed(4)
    layers = keras().layers
    image = keras().Input((8, 8, 1), name="image")
    x = layers.Conv2D(3, 3, activation="relu")(layers.Rescaling(1 / 255)(image))
    return keras().Model(image, layers.Dense(4, name="logits")(layers.Flatten()(x)))


@pytest.fixture(scope="module", params=["keras", *ENGINES])
def network(request, model, tmp_path_factory):
    if request.param == "keras":
        return KerasNetwork(model, "image", "logits")
    folder = tmp_path_factory.mktemp("formats")
    FORMATS.get(request.param).write(serving(model, "image", "logits"), folder, {"labels.txt": "a"}, lambda: iter(()))
    return ENGINES[request.param](folder)


@pytest.mark.parametrize("size", [1, 9, 2])
def test_it_gives_named_logits_for_a_batch_of_any_size(network, model, size):
    answers = network({"image": PIXELS[:size]})
    assert list(answers) == ["logits"]
    assert answers["logits"].dtype == np.float32
    assert answers["logits"] == pytest.approx(np.asarray(model(PIXELS[:size] * np.float32(1))), abs=1e-4)


def test_an_answer_is_not_changed_by_the_next_one(network):
    first = network({"image": PIXELS[:3]})["logits"]
    kept = first.copy()
    network({"image": PIXELS[3:6]})
    assert (first == kept).all()


def test_several_threads_may_ask_at_once(network):
    wanted, found = network({"image": PIXELS})["logits"], {}

    def ask(index):
        found[index] = network({"image": PIXELS[index : index + 1 + index % 2]})["logits"][0]

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[index] for index in range(9)] == [pytest.approx(row, abs=1e-4) for row in wanted]


def test_litert_says_nothing(model, tmp_path, capfd):
    FORMATS.get("litert").write(serving(model, "image", "logits"), tmp_path, {"labels.txt": "a"}, lambda: iter(()))
    LiteRtNetwork(tmp_path / "network.tflite")({"image": PIXELS})
    assert capfd.readouterr() == ("", "")
