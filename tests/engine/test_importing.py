"""A model's folder of a network in Keras's old format."""

import warnings

import h5py
import numpy as np
import pytest

import opsin
from opsin.core.errors import OptionError, RefusedError, UsageError, WeightsError
from opsin.engine.importing import import_model
from opsin.metrics.calibration import softmax
from opsin.models import open_model
from opsin.nn.backend import keras
from opsin.runtime.network import Place

COLOURS = ["red", "green", "blue"]


@pytest.fixture
def written(tmp_path):
    """Writes a network as the old tutorials do; the path."""

    def write(*layers, shape=(8, 8, 3)):
        keras().utils.set_random_seed(0)
        model = keras().Sequential([keras().Input(shape), *layers])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras says that the format is old; that is why we read it
            import absl.logging

            absl.logging.set_verbosity("error")
            model.save(tmp_path / "old.h5")
        return tmp_path / "old.h5", model

    return write


def tutorial():
    layers = keras().layers
    return (
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(3, activation="softmax"),
    )


PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), np.uint8)


def scores(folder):
    model = open_model(str(folder), Place())
    return softmax(model.network({"image": PIXELS})["logits"])


def test_the_tutorials_network_gives_the_same_scores_from_its_folder(written, tmp_path):
    path, model = written(*tutorial())
    card = import_model(path, into=tmp_path / "new", labels=COLOURS)
    assert (card.labels, card.input_size, card.channels) == (tuple(COLOURS), (8, 8), 3)
    assert scores(tmp_path / "new") == pytest.approx(model.predict_on_batch(PIXELS / np.float32(255)), abs=1e-5)
    assert opsin.classify(PIXELS[0], model=str(tmp_path / "new")).labels[0] in COLOURS


@pytest.mark.parametrize(("pixels", "scaled"), [("0..255", 1.0), ("0..1", 1 / 255), ("-1..1", 1 / 127.5)])
def test_pixels_are_brought_to_the_range_that_is_named(written, tmp_path, pixels, scaled):
    path, model = written(*tutorial())
    import_model(path, into=tmp_path / "new", labels=COLOURS, pixels=pixels)
    given = PIXELS * np.float32(scaled) - (1 if pixels == "-1..1" else 0)
    assert scores(tmp_path / "new") == pytest.approx(model.predict_on_batch(given), abs=1e-5)


def test_a_network_that_scales_by_itself_gets_bytes(written, tmp_path):
    path, model = written(keras().layers.Rescaling(1 / 255), *tutorial())
    import_model(path, into=tmp_path / "new", labels=COLOURS)
    assert scores(tmp_path / "new") == pytest.approx(model.predict_on_batch(PIXELS.astype(np.float32)), abs=1e-5)


def test_a_softmax_of_its_own_is_left_to_the_card(written, tmp_path):
    path, model = written(*tutorial()[:-1], keras().layers.Dense(3), keras().layers.Softmax())
    import_model(path, into=tmp_path / "new", labels=COLOURS)
    assert scores(tmp_path / "new") == pytest.approx(model.predict_on_batch(PIXELS / np.float32(255)), abs=1e-5)


def test_the_folder_holds_the_new_format_only(written, tmp_path):
    import_model(written(*tutorial())[0], into=tmp_path / "new", labels=COLOURS)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"card.json", "network.keras"}


def test_a_lambda_is_refused(written, tmp_path):
    path, _ = written(keras().layers.Lambda(lambda x: x / 255, name="divide"), *tutorial())
    with pytest.raises(RefusedError, match=r"'Lambda' \(named 'divide'\), which may run code"):
        import_model(path, into=tmp_path / "new", labels=COLOURS)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"labels": ["a", "b"]}, UsageError, "tells 3 labels apart, and 2 were given"),
        ({"pixels": "0..2"}, OptionError, r"pixels must be one of 0\.\.255, 0\.\.1, -1\.\.1; got '0\.\.2'"),
        ({"fit": "stretch"}, OptionError, "fit must be one of squeeze"),
    ],
)
def test_wrong_words_are_one_clear_line(written, tmp_path, words, error, said):
    with pytest.raises(error, match=said):
        import_model(written(*tutorial())[0], **({"into": tmp_path / "new", "labels": COLOURS} | words))
    assert not (tmp_path / "new").exists()


def test_a_network_that_takes_no_picture_is_refused(written, tmp_path):
    path, _ = written(keras().layers.Dense(3, activation="softmax"), shape=(784,))
    with pytest.raises(UsageError, match=r"takes \(784,\); only \(height, width, 1 or 3\), a picture of a fixed size"):
        import_model(path, into=tmp_path / "new", labels=COLOURS)


def test_a_network_that_ends_in_sigmoid_is_refused(written, tmp_path):
    path, _ = written(*tutorial()[:-1], keras().layers.Dense(3, activation="sigmoid"))
    with pytest.raises(UsageError, match="ends in sigmoid"):
        import_model(path, into=tmp_path / "new", labels=COLOURS)


def test_a_folder_with_somebodys_files_is_left_alone(written, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "thesis.txt").touch()
    with pytest.raises(UsageError, match="holds something else"):
        import_model(written(*tutorial())[0], into=tmp_path / "new", labels=COLOURS)


def test_weights_without_a_network_are_refused_with_what_to_do(tmp_path):
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["dense"] = np.zeros(3)
    with pytest.raises(WeightsError, match=r"holds weights without a network\. Build the network in Keras"):
        import_model(tmp_path / "old.h5", into=tmp_path / "new", labels=COLOURS)


def test_files_that_are_none_are_one_clear_line(tmp_path):
    with pytest.raises(WeightsError, match=r"There is no .*gone\.h5"):
        import_model(tmp_path / "gone.h5", into=tmp_path / "new", labels=COLOURS)
    (tmp_path / "old.h5").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match=r"old\.h5 is damaged, or no HDF5 file"):
        import_model(tmp_path / "old.h5", into=tmp_path / "new", labels=COLOURS)
