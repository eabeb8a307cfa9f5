import cv2
import numpy as np
import openvino
import pytest

from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks.matting import MattingOptions
from opsin.weights.pull import files

ASKED = MattingOptions()


@pytest.fixture
def tiny():
    return open_model("u2netp_tiny.random", Place())


@pytest.fixture
def network(trained):
    return trained("u2netp.duts")


def prepared(model, image):
    return model.prepare([image])[0]["input.1"][0]


def test_the_tiny_model_takes_what_is_bright(tiny):
    image = np.zeros((60, 90, 3), np.uint8)
    image[:, 45:] = 255
    alpha = tiny.run([image], ASKED)[0].alpha
    assert alpha[:, :40].max() < 0.01
    assert alpha[:, 50:].min() > 0.99


def test_images_are_stretched_to_the_square_by_averaging(tiny):
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    image[0, 0], image[0, 1:4] = 255, 255
    image[1, :3] = 255  # so that one pixel of the input is 255, and nothing is lit
    assert (prepared(tiny, image) == cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA)).all()


def test_a_dark_picture_is_lit_until_its_brightest_value_is_255(tiny):
    image = np.random.default_rng(0).integers(0, 51, (32, 32, 3), np.uint8)
    image[3, 4, 1] = 51
    assert (prepared(tiny, image) == image.astype(int) * 5).all()


def test_a_black_picture_stays_black(tiny):
    assert not prepared(tiny, np.zeros((9, 9, 3), np.uint8)).any()


def test_a_mirrored_image_has_the_mirrored_matte(tiny):
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    straight, turned = (tiny.run([each], ASKED)[0] for each in (image, np.ascontiguousarray(image[:, ::-1])))
    assert turned.alpha[:, ::-1] == pytest.approx(straight.alpha, abs=0.01)


def test_images_are_read_no_smaller_than_the_input(tiny):
    assert tiny.reading_size(ASKED) == (32, 32)


@pytest.mark.weights
class TestTrained:
    def test_the_cat_is_subject_and_the_corner_is_not(self, network, photographs):
        alpha = network.run([photographs["chelsea.png"]], ASKED)[0].alpha
        assert alpha[100:200, 150:300].mean() > 0.95
        assert alpha[:20, :20].mean() < 0.05

    def test_a_flat_picture_has_no_subject(self, network):
        answer = network.run([np.full((90, 90, 3), 128, np.uint8)], ASKED)[0]
        assert answer.share < 0.1

    def test_the_answer_is_that_of_the_file_fed_as_its_authors_do(self, network, photographs):
        image = cv2.resize(photographs["astronaut.png"], (320, 320), interpolation=cv2.INTER_AREA)
        assert network.run([image], ASKED)[0].alpha == pytest.approx(by_hand(network, image), abs=0.02)

    def test_edges_are_soft(self, network, photographs):
        alpha = network.run([photographs["chelsea.png"]], ASKED)[0].alpha
        assert ((alpha > 0.1) & (alpha < 0.9)).mean() > 0.005


def by_hand(network, image):
    """(320, 320) the first output of the file as it is, for an image of its size."""
    core = openvino.Core()
    model = core.compile_model(files(network.card)["network"], "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    pixels = (image / image.max() - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return model(pixels.transpose(2, 0, 1)[None].astype(np.float32))[model.output(0)][0, 0]
