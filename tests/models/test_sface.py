import cv2
import numpy as np
import pytest

from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks.embedding import EmbeddingOptions
from opsin.weights.pull import files

ASKED = EmbeddingOptions()
CROP = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (112, 112, 3), np.uint8), (0, 0), 4)


def vector(model, image):
    return model.run([image], ASKED)[0].vector


def test_the_tiny_model_gives_128_numbers():
    assert vector(open_model("sface_tiny.random", Place()), CROP).shape == (128,)


@pytest.mark.weights
class TestNetwork:
    def test_it_answers_as_opencvs_own_wrapper(self, trained):
        model = trained("sface.web")
        wrapper = cv2.FaceRecognizerSF.create(str(files(model.card)["network"]), "")
        wanted = wrapper.feature(np.ascontiguousarray(CROP[..., ::-1]))[0]
        assert vector(model, CROP) @ wanted / np.linalg.norm(wanted) == pytest.approx(1, abs=1e-5)

    def test_a_face_and_its_mirror_image_are_one_to_the_model_that_sees_both(self, trained):
        model = trained("sface_mirrored.web")
        assert vector(model, CROP) @ vector(model, CROP[:, ::-1]) == pytest.approx(1, abs=1e-5)

    def test_it_is_the_mean_of_both_looks(self, trained):
        one, both = trained("sface.web"), trained("sface_mirrored.web")
        looks = vector(one, CROP) + vector(one, np.ascontiguousarray(CROP[:, ::-1]))
        assert vector(both, CROP) == pytest.approx(looks / np.linalg.norm(looks), abs=1e-5)

    def test_several_mirrored_at_once_are_not_mixed_up(self, trained):
        model = trained("sface_mirrored.web")
        others = [CROP, CROP[::-1].copy(), 255 - CROP]
        together = [each.vector for each in model.run(others, ASKED)]
        assert np.array(together) == pytest.approx(np.array([vector(model, each) for each in others]), abs=1e-4)
