"""The decoding against OpenCV's own wrapper of the same network; and that faces are found wherever they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.core.boxes import iou, mirror
from opsin.core.options import Options
from opsin.data.samples import SAMPLES
from opsin.media.sources import read_image
from opsin.models import open_model
from opsin.models.yunet import LONG_SIDE, TILE
from opsin.runtime.network import Place
from opsin.store.fetch import fetch, have
from opsin.tasks.faces import FacesOptions
from opsin.weights.pull import files

WIDER = Path(__file__).parents[3] / "shared" / "data" / "wider_dev" / "images"


@pytest.fixture
def tiny():
    return open_model("yunet_tiny.random", Place())


@pytest.fixture
def detector(trained):
    return trained("yunet.wider")


@pytest.fixture
def photo():
    """A photograph of one woman: public domain, from scikit-image."""
    asset = next(sample.asset for sample in SAMPLES if sample.name == "astronaut.png")
    if not have(asset):
        pytest.skip("The sample photographs are not here: opsin data pull samples")
    return read_image(fetch([asset])[asset])


def found(detector, image, **options):
    return detector.run([image], FacesOptions(**options))[0]


def placed(photo, size, top, left):
    """The photograph's face on grey, at that place."""
    canvas = np.full((*size, 3), 90, np.uint8)
    face = photo[60:220, 150:300]
    shown = canvas[top : top + 160, left : left + 150]
    shown[:] = face[: shown.shape[0], : shown.shape[1]]
    return canvas


class TestTiny:
    def test_it_finds_what_is_bright(self, tiny):
        image = np.zeros((96, 96, 3), np.uint8)
        image[48:, 48:] = 255
        answer = found(tiny, image, min_score=0.9)
        assert len(answer.scores)
        assert (answer.boxes[:, 2:] > 48).all()

    def test_it_reads_every_pixel_only_to_look_closer(self, tiny):
        assert tiny.reading_size(FacesOptions()) == (LONG_SIDE, LONG_SIDE)
        assert tiny.reading_size(FacesOptions(small=True)) is None

    def test_options_of_no_task_of_its_own_will_do(self, tiny):
        assert tiny.run([np.full((40, 40, 3), 255, np.uint8)], Options())[0].scores.size

    @pytest.mark.parametrize("size", [(31, 33), (640, 427), (1500, 3000), (1, 5000)])
    def test_the_input_has_sides_of_whole_strides_and_no_more_than_it_should(self, tiny, size):
        batch, (place,) = tiny.prepare([np.zeros((*size, 3), np.uint8)])
        assert batch["input"].shape == (1, *place.input_size, 3)
        assert max(place.input_size) <= LONG_SIDE
        assert not np.mod(place.input_size, 32).any()

    def test_a_large_picture_is_looked_at_in_parts_that_are_not_too_large(self, tiny, monkeypatch):
        seen, network = [], tiny.network
        monkeypatch.setattr(tiny, "network", lambda batch: seen.append(batch["input"].shape) or network(batch))
        found(tiny, np.zeros((2000, 3000, 3), np.uint8), small=True)
        assert len(seen) > 4
        assert max(side for shape in seen for side in shape) <= TILE


@pytest.mark.weights
class TestNetwork:
    def test_it_finds_the_face_and_its_points_in_order(self, detector, photo):
        answer = found(detector, photo)
        assert len(answer.scores) == 1
        right_eye, left_eye, nose, right_mouth, left_mouth = answer.points[0]
        assert right_eye[0] < nose[0] < left_eye[0]
        assert right_mouth[0] < left_mouth[0]
        assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_mouth[1], left_mouth[1])

    def test_it_answers_as_opencvs_own_wrapper(self, detector, photo):
        path = str(files(detector.card)["network"])
        wrapper = cv2.FaceDetectorYN.create(path, "", photo.shape[1::-1], 0.5, 0.45, 5000)
        wanted = wrapper.detect(np.ascontiguousarray(photo[..., ::-1]))[1]
        ours = found(detector, photo, min_score=0.5)
        assert ours.scores == pytest.approx(wanted[:, 14], abs=1e-4)
        assert ours.points.reshape(-1, 10) == pytest.approx(wanted[:, 4:14], abs=0.02)
        assert ours.boxes[:, :2] == pytest.approx(wanted[:, :2], abs=0.02)

    def test_it_answers_as_opencvs_own_wrapper_on_crowds(self, detector):
        photos = sorted(WIDER.rglob("*.jpg"))[::31]
        if not photos:
            pytest.skip("../shared/data/wider_dev is not here")
        for path in photos:
            image = cv2.imread(str(path))
            wrapper = cv2.FaceDetectorYN.create(
                str(files(detector.card)["network"]), "", image.shape[1::-1], 0.3, 0.45, 5000
            )
            wanted = wrapper.detect(image)[1]
            wanted = np.zeros((0, 15), np.float32) if wanted is None else wanted
            ours = found(detector, np.ascontiguousarray(image[..., ::-1]), min_score=0.3)
            assert np.sort(ours.scores) == pytest.approx(np.sort(wanted[:, 14]), abs=1e-3)

    def test_a_mirrored_picture_has_mirrored_boxes_and_points(self, detector, photo):
        straight, turned = found(detector, photo), found(detector, np.ascontiguousarray(photo[:, ::-1]))
        assert iou(mirror(turned.boxes, photo.shape[:2]), straight.boxes)[0, 0] > 0.9
        swapped = turned.points[0][[1, 0, 2, 4, 3]] * (-1, 1) + (photo.shape[1], 0)
        assert swapped == pytest.approx(straight.points[0], abs=8)

    @pytest.mark.parametrize(("top", "left"), [(0, 0), (0, 490), (320, 0), (320, 490), (160, 245)])
    def test_no_face_is_lost_at_a_border(self, detector, photo, top, left):
        answer = found(detector, placed(photo, (480, 640), top, left))
        assert len(answer.scores) == 1
        assert answer.boxes[0, 0] == pytest.approx(left + 40, abs=40)

    def test_a_small_face_in_a_large_picture_is_found_by_looking_closer(self, detector, photo):
        canvas = np.full((2400, 3200, 3), 90, np.uint8)
        canvas[1830:1894, 2870:2930] = cv2.resize(photo[60:220, 150:300], (60, 64), interpolation=cv2.INTER_AREA)
        assert not len(found(detector, canvas).scores)
        answer = found(detector, canvas, small=True)
        assert len(answer.scores) == 1
        assert answer.points[0].mean(axis=0) == pytest.approx((2900, 1862), abs=12)

    def test_a_face_seen_in_both_looks_is_given_once(self, detector, photo):
        assert len(found(detector, photo, small=True).scores) == 1

    def test_a_face_larger_than_the_parts_share_is_given_once(self, detector, photo):
        large = cv2.resize(photo, (2600, 2600))
        assert len(found(detector, large, small=True).scores) == 1
