import json
from pathlib import Path

import cv2
import numpy as np
import openvino
import pytest

from opsin.core.boxes import iou, mirror
from opsin.models import open_model
from opsin.models.picodet import LABELS, PADDING
from opsin.runtime.network import Place
from opsin.tasks.detection import DetectionOptions
from opsin.weights.pull import files

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def tiny():
    return open_model("picodet_tiny.random", Place())


@pytest.fixture
def detector(trained):
    return trained("picodet_small.coco")


def test_the_labels_are_those_of_coco_in_its_order():
    annotations = SHARED / "coco_dev" / "annotations" / "instances_val2017.json"
    if not annotations.exists():
        pytest.skip("../shared/data/coco_dev is not here")
    assert tuple(each["name"] for each in json.loads(annotations.read_text())["categories"]) == LABELS


def test_there_are_eighty_labels_all_different():
    assert len(LABELS) == len(set(LABELS)) == 80
    assert (LABELS[0], LABELS[79]) == ("person", "toothbrush")


def test_the_tiny_model_finds_the_quarter_that_is_bright(tiny):
    image = np.zeros((100, 120, 3), np.uint8)
    image[50:, :60] = 255
    answer = tiny.run([image], DetectionOptions(min_score=0.9))[0]
    assert sorted(answer.labels) == ["bright", "dark", "dark", "dark"]
    assert answer.boxes[answer.labels.index("bright")].tolist() == [0, 50, 60, 100]


@pytest.mark.parametrize("size", [(32, 32), (90, 120), (120, 90), (20, 15), (700, 900), (40, 300), (300, 40)])
def test_the_placement_says_where_a_point_of_the_image_is_seen(tiny, size):
    image = np.zeros((*size, 3), np.uint8)
    top, left = size[0] // 4, size[1] // 2
    bottom, right = top + size[0] // 3, left + size[1] // 3
    image[top:bottom, left:right] = 255
    batch, (placement,) = tiny.prepare([image])
    lit = np.where(batch["image"] == PADDING, 0, batch["image"])
    wanted = placement.to_input([[(left + right) / 2, (top + bottom) / 2]])[0]
    assert middle(lit[0]) == pytest.approx(wanted, abs=0.6)


def test_an_image_is_resized_by_cubic_interpolation_as_in_training(tiny):
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    batch, _ = tiny.prepare([image])
    assert (batch["image"][0] == cv2.resize(image, (32, 32), interpolation=cv2.INTER_CUBIC)).all()


@pytest.mark.parametrize(
    ("size", "shown"), [((30, 30), (32, 32)), ((30, 40), (32, 32)), ((40, 80), (24, 32)), ((80, 10), (32, 6))]
)
def test_an_image_is_squeezed_by_half_as_much_again_at_most_and_the_rest_is_grey(tiny, size, shown):
    batch, (placement,) = tiny.prepare([np.full((*size, 3), 200, np.uint8)])
    seen = np.full((32, 32, 3), 114)
    seen[: shown[0], : shown[1]] = 200
    assert (batch["image"][0] == seen).all()
    assert placement.to_input([size[::-1]])[0] == pytest.approx(shown[::-1], abs=0.5)


def middle(lit):
    weights = lit[..., 0].astype(float)
    rows, columns = np.mgrid[: lit.shape[0], : lit.shape[1]] + 0.5
    return (columns * weights).sum() / weights.sum(), (rows * weights).sum() / weights.sum()


@pytest.mark.parametrize("size", [(36, 48), (400, 300)])
def test_a_mirrored_image_has_mirrored_boxes(tiny, size):
    blocks = np.random.default_rng(0).integers(0, 256, (4, 4, 3), np.uint8)
    image = blocks.repeat(size[0] // 4, axis=0).repeat(size[1] // 4, axis=1)
    options = DetectionOptions(min_score=0.0)
    straight, turned = (tiny.run([each], options)[0] for each in (image, np.ascontiguousarray(image[:, ::-1])))
    assert turned.labels == straight.labels
    assert turned.scores == pytest.approx(straight.scores, abs=0.01)
    assert turned.boxes == pytest.approx(mirror(straight.boxes, straight.size), abs=0.01)


def test_boxes_are_decoded_in_pixels_of_the_original(tiny):
    _, placements = tiny.prepare([np.zeros((64, 96, 3), np.uint8)])
    raw = {"boxes": np.array([[[8, 8, 16, 24]]], np.float32), "scores": np.array([[[0.25], [0.75]]], np.float32)}
    answer = tiny.decode(raw, placements, DetectionOptions())[0]
    assert (answer.labels, answer.boxes.tolist()) == (("dark",), [[24, 16, 48, 48]])


def test_images_are_read_no_smaller_than_the_input(tiny):
    assert tiny.reading_size(DetectionOptions()) == (32, 32)
    assert tiny.reading_size(DetectionOptions(tile=True)) is None


def test_in_tiles_a_spot_too_small_for_one_look_is_found(tiny):
    image = np.zeros((96, 128, 3), np.uint8)
    image[80:, 112:] = 255
    plain, tiled = (tiny.run([image], DetectionOptions(min_score=0.6, tile=each))[0] for each in (False, True))
    assert "bright" not in plain.labels
    assert tiled.boxes[tiled.labels.index("bright")] == pytest.approx([112, 80, 128, 96], abs=2)


def test_an_image_no_larger_than_the_input_has_the_same_answer_in_tiles(tiny):
    image = np.random.default_rng(0).integers(0, 256, (32, 20, 3), np.uint8)
    plain, tiled = (tiny.run([image], DetectionOptions(min_score=0.0, tile=each))[0] for each in (False, True))
    assert plain.to_dict() == tiled.to_dict()


def test_a_mirrored_image_has_mirrored_boxes_in_tiles(tiny):
    # Of this size the tiles lie as evenly from the right as from the left, to the pixel.
    image = cv2.resize(np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8), (98, 76))
    options = DetectionOptions(min_score=0.5, tile=True, limit=1000)
    straight, turned = (tiny.run([each], options)[0] for each in (image, np.ascontiguousarray(image[:, ::-1])))
    assert len(straight.labels) == len(turned.labels) > 4
    apart = np.abs(mirror(turned.boxes, turned.size)[:, None] - straight.boxes).max(axis=2)
    assert apart.min(axis=1).max() < 0.1


@pytest.mark.weights
class TestTrained:
    def test_a_cat_is_found_on_most_of_its_portrait(self, detector, photographs):
        answer = detector.run([photographs["chelsea.png"]], DetectionOptions())[0]
        x0, y0, x1, y1 = answer.boxes[0]
        assert answer.labels[0] == "cat"
        assert (x1 - x0) * (y1 - y0) > 0.5 * answer.height * answer.width

    def test_answers_are_those_of_the_networks_own_suppression(self, detector, photographs, street):
        options = DetectionOptions(min_score=0.025, max_overlap=0.6, limit=100)
        for image in (photographs["astronaut.png"], photographs["coffee.png"], street):
            ours, theirs = table(detector.run([image], options)[0]), plainly(detector, image)
            assert len(ours) == len(theirs) > 5
            apart = np.abs(ours[:, None] - theirs).max(axis=2)  # (n, n)
            assert apart.min(axis=1).max() < 0.05
            assert apart.min(axis=0).max() < 0.05

    def test_a_small_cat_in_a_large_picture_is_found_once_in_tiles(self, detector, photographs):
        image = np.full((1300, 1900, 3), 114, np.uint8)
        image[1003:1063, 400:490] = cv2.resize(photographs["chelsea.png"], (90, 60), interpolation=cv2.INTER_AREA)
        assert "cat" not in detector.run([image], DetectionOptions())[0].labels
        answer = detector.run([image], DetectionOptions(tile=True))[0]
        assert answer.labels.count("cat") == 1
        assert iou(answer.boxes[:1], np.array([[400, 1003, 490, 1063]], np.float32))[0, 0] > 0.5

    def test_a_mirrored_photograph_has_mirrored_boxes(self, detector, photographs):
        for image in (photographs["astronaut.png"], photographs["chelsea.png"]):
            straight, turned = (
                detector.run([each], DetectionOptions(min_score=0.6))[0]
                for each in (image, np.ascontiguousarray(image[:, ::-1]))
            )
            assert turned.labels == straight.labels
            assert (iou(turned.boxes, mirror(straight.boxes, straight.size)).max(axis=1) > 0.85).all()

    def test_raw_outputs_are_what_the_card_says(self, detector, photographs):
        raw = detector.network(detector.prepare([photographs["chelsea.png"]] * 2)[0])
        assert raw["boxes"].shape == (2, 3598, 4)
        assert raw["scores"].shape == (2, 80, 3598)
        assert 0 <= raw["scores"].min() <= raw["scores"].max() <= 1


def plainly(detector, image):
    """(n, 6) label, score and box in pixels, from the whole file with the suppression in it."""
    found = files(detector.card)
    core = openvino.Core()
    whole = core.read_model(found["network"], found["weights"])
    model = core.compile_model(whole, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    batch, (placement,) = detector.prepare([image])
    pixels = ((batch["image"] / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).transpose(0, 3, 1, 2)
    scale = np.array([placement.scale[::-1]], np.float32)
    rows = model({"image": pixels.astype(np.float32), "scale_factor": scale})[model.output(0)]
    height, width = image.shape[:2]
    rows[:, 2:] = rows[:, 2:].clip(0, [width, height, width, height])
    return rows


def table(answer):
    numbers = [LABELS.index(label) for label in answer.labels]
    return np.column_stack([numbers, answer.scores, answer.boxes])
