import urllib.error

import numpy as np
import pytest

from opsin.core.errors import MissingWeightsError, RefusedError
from opsin.models import ARCHITECTURES
from opsin.models._architecture import Blueprint, assemble
from opsin.models.keras_applications import APPLICATIONS, PACKAGED, _red_first
from opsin.nn.backend import keras
from opsin.store.fetch import have, path_of

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
QUICK = ("mobilenet", "vgg16")
FETCHED = [name for name, each in APPLICATIONS.items() if each.function not in PACKAGED]
NAMES = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in FETCHED]


def built(name, size=(32, 32), channels=3, weights=None):
    """The network up to its features."""
    blueprint = Blueprint(size=size, channels=channels, weights=weights, dropout=0.0)
    return assemble(ARCHITECTURES.get(name), blueprint, lambda features: features)


def answers(model, pixels):
    return np.asarray(model(pixels, training=False))


def preparing(function):
    """The function by which Keras itself prepares pixels for a network."""
    if function.startswith("MobileNetV3"):  # the one module that does not name its networks
        return keras().applications.mobilenet_v3.preprocess_input
    modules = [each for each in vars(keras().applications).values() if hasattr(each, "preprocess_input")]
    return next(each.preprocess_input for each in modules if hasattr(each, function))


@pytest.fixture
def fetching(monkeypatch):
    """Puts another function where Keras fetches files."""
    from keras.src.utils import file_utils

    return lambda function: monkeypatch.setattr(file_utils, "get_file", function)


class TestTable:
    def test_names_every_network_of_keras(self):
        functions = {name for name, each in vars(keras().applications).items() if callable(each)}
        assert {each.function for each in APPLICATIONS.values()} == functions

    def test_has_keras_names_in_small_letters(self):
        assert all(name.replace("_", "") == each.function.lower() for name, each in APPLICATIONS.items())

    @pytest.mark.parametrize("application", APPLICATIONS.values(), ids=APPLICATIONS)
    def test_prepares_pixels_as_keras_does(self, application):
        wanted = preparing(application.function)(PIXELS.copy())
        if application.pixels == "inside":
            assert np.array_equal(wanted, PIXELS)
        else:
            scale, offset = rescaling(application.pixels)
            order = slice(None, None, -1) if application.pixels == "caffe" else slice(None)
            assert (PIXELS * scale + offset)[..., order] == pytest.approx(wanted, abs=1e-4)

    @pytest.mark.parametrize("name", NAMES)
    def test_asks_keras_for_the_weights_file_that_it_names(self, name, fetching, monkeypatch):
        monkeypatch.delenv("OPSIN_OFFLINE", raising=False)
        asked = []

        def fetched(fname, *_, **__):
            asked.append(fname)
            raise InterruptedError

        fetching(fetched)
        with pytest.raises(InterruptedError):
            built(name, (96, 96), weights="imagenet")
        assert asked == [APPLICATIONS[name].weights_file]


def rescaling(pixels):
    from opsin.models.keras_applications import _SCALES

    return [np.array(each) for each in _SCALES[pixels]]


def test_the_networks_first_step_is_that_preparation():
    model = built("mobilenet")
    first = keras().Model(model.input, model.get_layer("rescale").output)
    assert answers(first, PIXELS) == pytest.approx(PIXELS / 127.5 - 1, abs=1e-6)


def test_red_first_weights_give_red_first_pictures_what_blue_first_gave_blue_first_ones():
    backbone = keras().applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    wanted = answers(backbone, preparing("VGG16")(PIXELS.copy()))
    red_first = preparing("VGG16")(PIXELS.copy())[..., ::-1]
    assert answers(_red_first(backbone), red_first) == pytest.approx(wanted, abs=1e-4)


def test_downloaded_weights_answer_as_in_keras_itself(fetching, tmp_path):
    whole = keras().applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg")
    whole.save_weights(tmp_path / "fetched.weights.h5")
    fetching(lambda *_, **__: str(tmp_path / "fetched.weights.h5"))
    wanted = answers(whole, preparing("VGG16")(PIXELS.copy()))
    assert answers(built("vgg16", weights="imagenet"), PIXELS) == pytest.approx(wanted, rel=1e-3, abs=1e-4)


def test_a_grey_picture_is_seen_as_a_colour_picture_without_colours():
    grey = PIXELS[..., :1]
    wanted = answers(built("mobilenet"), np.repeat(grey, 3, axis=-1))
    assert answers(built("mobilenet", channels=1), grey) == pytest.approx(wanted, abs=1e-6)


class TestWeightsThatCannotBeHad:
    def test_say_where_to_put_the_file_and_what_else_to_do(self, monkeypatch, tmp_path):
        from keras.src.utils import file_utils

        def failing(*_, **__):
            raise urllib.error.URLError("no route")

        monkeypatch.setattr(file_utils, "urlretrieve", failing)
        monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.delenv("OPSIN_OFFLINE", raising=False)
        with pytest.raises(
            MissingWeightsError,
            match=r"The ImageNet weights of ResNet50 are not here, and Keras's address of them cannot be reached. "
            r"Begin from random numbers \(--weights none\), .* or put the file at .*models.resnet50_.*_notop.h5",
        ):
            built("resnet50", weights="imagenet")

    def test_are_not_fetched_offline(self, monkeypatch, tmp_path):
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.setenv("OPSIN_OFFLINE", "1")
        with pytest.raises(MissingWeightsError, match="VGG16 are not here, and OPSIN_OFFLINE forbids fetching them"):
            built("vgg16", weights="imagenet")

    def test_are_refused_where_the_terms_of_imagenet_are(self, monkeypatch):
        monkeypatch.setenv("OPSIN_LICENCES", "strict")
        with pytest.raises(RefusedError, match="MobileNetV2 with ImageNet weights: it was trained on ImageNet-1k"):
            built("mobilenet_v2", weights="imagenet")

    def test_another_failure_stays_what_it_is(self, fetching, monkeypatch):
        monkeypatch.delenv("OPSIN_OFFLINE", raising=False)
        fetching(lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            built("vgg16", weights="imagenet")


@pytest.fixture
def whole():
    """MobileNetV2 as Keras itself makes it of the packaged file, last layer included."""
    packaged = PACKAGED["MobileNetV2"]
    if not have(packaged):
        pytest.skip("the weights of mobilenet_v2 are not here: train with --model mobilenet_v2 once")
    return keras().applications.MobileNetV2(weights=str(path_of(packaged)))


@pytest.mark.weights
def test_packaged_weights_answer_as_in_keras_itself(whole):
    features = keras().Model(whole.input, whole.layers[-2].output)
    pixels = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3)).astype(np.float32)
    wanted = answers(features, pixels / 127.5 - 1)
    assert answers(built("mobilenet_v2", (224, 224), weights="imagenet"), pixels) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.weights
def test_packaged_weights_are_had_at_any_size(whole):
    small = built("mobilenet_v2", (96, 64), weights="imagenet").get_layer("backbone")
    kernels = [each.get_layer("Conv1").get_weights()[0] for each in (small, whole)]
    assert np.array_equal(*kernels)
