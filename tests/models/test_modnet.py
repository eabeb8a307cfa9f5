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
    return open_model("modnet_tiny.random", Place())


@pytest.fixture
def network(trained):
    return trained("modnet.portraits")


def shape(model, *size):
    return model.prepare([np.zeros((*size, 3), np.uint8)])[0]["input"].shape


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((64, 64), (64, 64)), ((480, 640), (64, 96)), ((640, 480), (96, 64)), ((10, 12), (64, 64)), ((30, 40), (64, 96))],
)
def test_the_short_side_is_that_of_the_card_and_the_long_one_a_multiple_of_32(tiny, size, wanted):
    assert shape(tiny, *size) == (1, *wanted, 3)


@pytest.mark.parametrize(("size", "wanted"), [((5, 4000), (64, 128)), ((4000, 5), (128, 64)), ((1, 1), (64, 64))])
def test_a_strip_is_squeezed_to_twice_its_short_side(tiny, size, wanted):
    assert shape(tiny, *size) == (1, *wanted, 3)


@pytest.mark.parametrize(("size", "way"), [((32, 32), cv2.INTER_CUBIC), ((256, 256), cv2.INTER_AREA)])
def test_a_picture_grows_by_cubes_and_shrinks_by_averages(tiny, size, way):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    assert (tiny.prepare([image])[0]["input"][0] == cv2.resize(image, (64, 64), interpolation=way)).all()


def test_pictures_of_many_shapes_are_answered_in_their_order(tiny):
    images = [np.full((*size, 3), grey, np.uint8) for size, grey in (((30, 90), 51), ((90, 30), 204), ((7, 7), 255))]
    answers = tiny.run(images, ASKED)
    assert [answer.size for answer in answers] == [(30, 90), (90, 30), (7, 7)]
    assert [answer.share for answer in answers] == pytest.approx([0.2, 0.8, 1.0])


def test_images_are_read_no_smaller_than_the_short_side(tiny):
    assert tiny.reading_size(ASKED) == (64, 64)


@pytest.mark.weights
class TestTrained:
    def test_the_astronaut_is_subject_and_the_flag_is_not(self, network, photographs):
        alpha = network.run([photographs["astronaut.png"]], ASKED)[0].alpha
        assert alpha[100:180, 190:260].mean() > 0.95
        assert alpha[:60, :40].mean() < 0.05

    def test_the_answer_is_that_of_the_file_fed_as_its_authors_do(self, network, photographs):
        image = photographs["astronaut.png"]
        assert image.shape[:2] == (512, 512)
        assert network.run([image], ASKED)[0].alpha == pytest.approx(by_hand(network, image), abs=1e-3)


def by_hand(network, image):
    """(h, w) the output of the file as it is, for an image whose sides are multiples of 32."""
    core = openvino.Core()
    model = core.compile_model(files(network.card)["network"], "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    pixels = (image.astype(np.float32) - 127.5) / 127.5
    return model(pixels.transpose(2, 0, 1)[None])[model.output(0)][0, 0]
