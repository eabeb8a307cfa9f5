"""Explanations of a tiny network that looks at the left half of a picture."""

import json

import numpy as np
import pytest

from opsin.core.errors import ImageError, OptionError, RunError, UnknownNameError, UsageError
from opsin.engine import explain as explaining
from opsin.engine.explain import correlation, explain, picture_name, unit
from opsin.media.files import save_image
from opsin.nn.backend import keras
from opsin.nn.saved import save_network
from opsin.weights.card import Card
from opsin.weights.folder import write_card

CARD = Card(
    name="left",
    task="classification",
    summary="Whether the left half is bright.",
    labels=("dark", "bright"),
    input_size=(8, 8),
    channels=1,
    fit="squeeze",
    licence="MIT",
    temperature=2.0,
    reject_below=0.6,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a network whose label "bright" has a logit as high as the left half is bright."""
    folder = tmp_path_factory.mktemp("run")
    layers, image = keras().layers, keras().Input((8, 8, 1), name="image")
    maps = layers.Conv2D(1, 3, padding="same", use_bias=False, name="maps")(image)
    network = keras().Model(image, layers.Dense(2, name="logits")(layers.Flatten(name="flatten")(maps)))
    kernel, weights = np.zeros((3, 3, 1, 1), np.float32), np.zeros((8, 8, 2), np.float32)
    kernel[1, 1], weights[:, :4, 1] = 1, 1 / 640
    network.set_weights([kernel, weights.reshape(64, 2), np.array([5, 0], np.float32)])
    save_network(network, folder / "network.keras")
    write_card(folder, CARD)
    return folder


@pytest.fixture
def photo(tmp_path):
    """16 x 32, its left half bright, as a file."""
    image = np.full((16, 32, 3), 20, np.uint8)
    image[:, :16] = 220
    save_image(tmp_path / "window.png", image)
    return tmp_path / "window.png"


class TestAll:
    @pytest.fixture(scope="class")
    @staticmethod
    def done(run, tmp_path_factory):
        image = np.full((16, 32, 3), 20, np.uint8)
        image[:, :16] = 220
        return explain(run, image, save=tmp_path_factory.mktemp("all") / "window")

    def test_the_score_is_calibrated(self, done):
        # 32 of the 64 pixels at 220: a logit of 11 against 5; at a temperature of 2 that is 3.
        assert done.label == done.predicted == "bright"
        assert done.score == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-3)

    @pytest.mark.parametrize("method", ["gradcam", "occlusion"])
    def test_the_maps_lie_on_the_left_half_of_the_picture(self, done, method):
        heat = getattr(done, method)
        assert heat.shape == (16, 32)
        assert heat.max() == pytest.approx(1, abs=0.02)
        assert heat[:, :12].mean() > 5 * heat[:, 20:].mean()

    def test_both_maps_agree(self, done):
        assert 0.7 < done.agreement <= 1

    def test_the_worst_patch_takes_some_of_the_score(self, done):
        assert 0.5 < done.lowest < done.score

    def test_the_folder_holds_the_page_and_every_picture_on_it(self, done):
        page = (done.folder / "index.html").read_text()
        shown = [part.split('"')[0] for part in page.split('src="')[1:]]
        assert shown[:4] == ["picture.png", "seen.png", "gradcam.png", "occlusion.png"]
        assert shown[4:] == ["filters.png", "layers/01_maps.png", "layers/03_logits.png", "scores.png"]
        assert all((done.folder / name).is_file() for name in shown)

    def test_the_folder_holds_nothing_else(self, done):
        names = {path.name for path in done.folder.iterdir()}
        assert names == set(explaining.FILES)

    def test_the_figures_are_written_as_json(self, done):
        found = json.loads((done.folder / "explanation.json").read_text())
        assert found == done.figures()
        assert set(found) == {"label", "score", "predicted", "lowest_score_when_covered", "agreement"}

    def test_the_summary_says_it_in_one_line(self, done):
        assert done.summary == (
            f"bright has the score 0.95; with the worst patch covered, {done.lowest:.2f}; "
            f"Grad-CAM and occlusion agree to {done.agreement:.2f} (1 is wholly)"
        )


def test_another_label_can_be_asked_about(run, photo):
    done = explain(run, photo, label="dark", method="gradcam")
    assert (done.label, done.predicted) == ("dark", "bright")
    assert done.gradcam.max() == 0  # nothing that it sees speaks for dark
    assert done.summary == "dark has the score 0.05; the best is bright"


def test_without_a_folder_it_lies_in_the_run_under_the_name_of_the_picture(run, photo):
    done = explain(str(run), str(photo), method="occlusion")
    assert done.folder == run / "explain" / "window"
    assert (done.folder / "occlusion.png").is_file()


def test_an_explanation_takes_the_place_of_an_earlier_one(run, photo, tmp_path):
    explain(run, photo, method="gradcam", save=tmp_path / "it")
    explain(run, photo, method="filters", save=tmp_path / "it")
    names = {path.name for path in (tmp_path / "it").iterdir()}
    assert names == {"index.html", "explanation.json", "picture.png", "seen.png", "filters.png", "scores.png"}


def test_a_folder_with_something_else_in_it_stays_as_it_is(run, photo, tmp_path):
    with pytest.raises(UsageError, match=r"holds something else \(window\.png\), which would be lost"):
        explain(run, photo, save=tmp_path)


def test_an_answer_below_the_threshold_is_told_to_be_unknown(run, tmp_path):
    even = np.full((8, 8, 3), 100, np.uint8)  # a logit of 5 against 5
    done = explain(run, even, method="layers", save=tmp_path / "it")
    assert "below 0.60, so the network answers: unknown." in (done.folder / "index.html").read_text()


def test_the_layer_asked_for_is_looked_at(run, photo, tmp_path):
    with pytest.raises(UsageError, match=r"flatten answers 64 numbers and no maps\. Layers with maps: maps\."):
        explain(run, photo, layer="flatten", save=tmp_path / "it")


def test_a_network_without_convolutions_can_still_be_walked_through(tmp_path):
    layers, image = keras().layers, keras().Input((8, 8, 1), name="image")
    network = keras().Model(image, layers.Dense(2, name="logits")(layers.Flatten()(image)))
    save_network(network, tmp_path / "network.keras")
    write_card(tmp_path, CARD)
    image = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(UsageError, match=r"no feature maps for Grad-CAM\. Ask for --method occlusion or layers"):
        explain(tmp_path, image)
    done = explain(tmp_path, image, method="filters")
    assert "no convolution, so there are no filters to look at." in (done.folder / "index.html").read_text()


class TestMistakes:
    def test_another_method(self, run, photo):
        with pytest.raises(OptionError, match=r"method must be one of all, gradcam, .*; got 'lime'"):
            explain(run, photo, method="lime")

    def test_a_label_that_it_does_not_know(self, run, photo):
        with pytest.raises(UnknownNameError, match=r"no label of this model called 'brigth'\. Did you mean 'bright'"):
            explain(run, photo, label="brigth")

    def test_a_layer_that_it_does_not_have(self, run, photo):
        with pytest.raises(UnknownNameError, match=r"no layer called 'map'\. Did you mean 'maps'"):
            explain(run, photo, layer="map")

    def test_a_picture_that_is_not_there(self, run, tmp_path):
        with pytest.raises(ImageError, match=r"gone\.jpg"):
            explain(run, tmp_path / "gone.jpg")

    def test_a_folder_that_is_no_run(self, tmp_path, photo):
        with pytest.raises(RunError, match=r"is no folder of a taught model: there is no card\.json\. Name a run"):
            explain(tmp_path, photo)

    def test_nothing_is_left_behind(self, run, photo, tmp_path):
        with pytest.raises(UnknownNameError):
            explain(run, photo, label="no", save=tmp_path / "deep" / "it")
        assert not (tmp_path / "deep").exists()


class TestExported:
    @pytest.fixture
    @staticmethod
    def exported(run, tmp_path, monkeypatch):
        """A folder without the Keras file, whose network runs all the same."""
        write_card(tmp_path / "onnx", CARD)
        (tmp_path / "onnx" / "network.onnx").touch()
        from opsin.engine import question

        opened = question.open_model(str(run), question.Place())
        monkeypatch.setattr(question, "open_model", lambda name, place: opened)
        return tmp_path / "onnx"

    def test_occlusion_works(self, exported, photo):
        assert explain(exported, photo, method="occlusion").occlusion.max() > 0.9

    @pytest.mark.parametrize("method", ["all", "gradcam", "layers", "filters"])
    def test_what_looks_inside_asks_for_the_keras_file(self, exported, photo, method):
        with pytest.raises(UsageError, match=r"onnx has no network\.keras\. Name the run .* --method occlusion"):
            explain(exported, photo, method=method)


def test_the_name_of_a_picture_without_a_file_is_picture():
    assert picture_name(np.zeros((2, 2, 3), np.uint8)) == picture_name(b"...") == picture_name("") == "picture"


def test_correlation_is_that_of_numpy():
    one, other = np.random.default_rng(1).random((2, 5, 6))
    assert correlation(one, other) == pytest.approx(np.corrcoef(one.ravel(), other.ravel())[0, 1])
    assert correlation(one, np.ones((5, 6))) == 0


def test_maps_of_nothing_stay_nothing():
    assert unit(np.zeros((2, 2), np.float32)).tolist() == [[0, 0], [0, 0]]
