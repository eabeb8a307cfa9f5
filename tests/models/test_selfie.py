from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks.matting import MattingOptions
from opsin.weights.pull import files

ASKED = MattingOptions()


@pytest.fixture
def tiny():
    return open_model("selfie_tiny.random", Place())


@pytest.fixture
def network(trained):
    return trained("selfie.people")


def test_the_tiny_model_takes_what_is_bright(tiny):
    image = np.zeros((60, 90, 3), np.uint8)
    image[:, 45:] = 255
    alpha = tiny.run([image], ASKED)[0].alpha
    assert alpha[:, :40].max() < 0.01
    assert alpha[:, 50:].min() > 0.99


def test_images_are_stretched_to_the_square_by_averaging(tiny):
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    prepared = tiny.prepare([image])[0]["input_1"][0]
    assert (prepared == cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA)).all()


def test_images_are_read_no_smaller_than_the_input(tiny):
    assert tiny.reading_size(ASKED) == (32, 32)


@pytest.mark.weights
class TestTrained:
    def test_the_astronaut_is_subject_and_the_flag_is_not(self, network, photographs):
        alpha = network.run([photographs["astronaut.png"]], ASKED)[0].alpha
        assert alpha[100:200, 190:260].mean() > 0.95
        assert alpha[:60, :60].mean() < 0.05

    def test_a_flat_picture_has_nobody_in_it(self, network):
        assert network.run([np.full((90, 90, 3), 128, np.uint8)], ASKED)[0].share < 0.1

    def test_the_answer_is_that_of_the_runtime_that_the_file_was_made_for(self, network, photographs):
        pytest.importorskip("ai_edge_litert")
        image = cv2.resize(photographs["astronaut.png"], (256, 256), interpolation=cv2.INTER_AREA)
        assert network.run([image], ASKED)[0].alpha == pytest.approx(by_litert(network, image), abs=1e-3)

    def test_several_threads_at_once_get_what_one_gets(self, network, photographs):
        images = [photographs["astronaut.png"], photographs["chelsea.png"]] * 4
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda image: network.run([image], ASKED)[0], images))
        alone = [network.run([image], ASKED)[0] for image in images[:2]]
        assert all((one.alpha == alone[index % 2].alpha).all() for index, one in enumerate(found))

    def test_edges_are_soft(self, network, photographs):
        alpha = network.run([photographs["astronaut.png"]], ASKED)[0].alpha
        assert ((alpha > 0.1) & (alpha < 0.9)).mean() > 0.005


def by_litert(network, image):
    """(256, 256) the file's answer for an image of its size, in 0..1, by LiteRT."""
    from opsin.runtime.litert import LiteRtNetwork

    raw = LiteRtNetwork(files(network.card)["network"])({"input_1": (image / 255)[None]})
    return raw["activation_10"][0, ..., 0]
