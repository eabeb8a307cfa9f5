from types import SimpleNamespace

import numpy as np
import pytest

import opsin
from opsin.core.errors import MissingWeightsError, UsageError, WeightsError
from opsin.models import card_of, open_model
from opsin.models.hub_detector import LEAST_SCORE, HubNetwork
from opsin.runtime.network import Place
from opsin.tasks.detection import DetectionOptions

IMAGE = np.zeros((200, 100, 3), np.uint8)
IMAGE[50:100, 20:40] = 255


class Detector:
    """Answers as KerasHub's detectors do: the bright rectangle, and padding."""

    def __init__(self, boxes="yxyx", labels=80, number=16, size=(64, 64), pads=False):
        self.bounding_box_format, self.num_classes, self.number = boxes, labels, number
        converter = SimpleNamespace(image_size=size, pad_to_aspect_ratio=pads)
        self.preprocessor = SimpleNamespace(image_converter=converter)
        self.prediction_decoder = SimpleNamespace(confidence_threshold=0.5)

    def predict(self, pixels, verbose):
        answers = [self.answer(picture) for picture in pixels]
        return {name: np.stack([each[name] for each in answers]) for name in answers[0]}

    def answer(self, picture):
        rows, columns = np.nonzero(picture[..., 0] > 127)
        box = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
        box = box if self.bounding_box_format == "yxyx" else [box[1], box[0], box[3], box[2]]
        return {
            "boxes": np.array([box, [-1] * 4]),
            "confidence": np.array([0.75, -1.0]),
            "labels": np.array([self.number, -1]),
            "num_detections": np.array(1),
        }


@pytest.fixture
def hub(hub_of):
    """Puts a detector where KerasHub would have one; answers the list of presets that were asked for."""

    def offer(detector):
        asked = []

        def found(name):
            asked.append(name)
            if isinstance(detector, Exception):
                raise detector
            return detector

        presets = dict.fromkeys(("dfine_nano_coco", "any", "padding"))
        hub_of(ObjectDetector=SimpleNamespace(from_preset=found, presets=presets))
        return asked

    return offer


@pytest.mark.parametrize("detector", [Detector(), Detector(boxes="xyxy"), Detector(pads=True)])
def test_a_thing_is_given_in_pixels_of_the_picture(hub, detector):
    asked = hub(detector)
    answer = opsin.detect(IMAGE, model="hub:dfine_nano_coco")
    assert asked == ["dfine_nano_coco"]
    assert (answer.labels, answer.scores.tolist(), answer.model) == (("dog",), [0.75], "hub:dfine_nano_coco")
    assert answer.boxes[0] == pytest.approx([20, 50, 40, 100], abs=3)


def test_a_picture_keeps_its_shape_where_the_preset_pads(hub):
    hub(Detector(pads=True))
    batch, (placement,) = open_model("hub:padding", Place()).prepare([IMAGE])
    assert batch["image"].shape == (1, 64, 64, 3)
    assert placement.scale == (0.32, 0.32)


@pytest.mark.parametrize(("labels", "number", "name"), [(80, 0, "person"), (91, 18, "dog"), (365, 7, "label 7")])
def test_labels_are_those_of_coco_or_else_numbers(hub, labels, number, name):
    hub(Detector(labels=labels, number=number))
    assert opsin.detect(IMAGE, model="hub:any").labels == (name,)


def test_the_options_say_how_sure_a_thing_must_be_and_not_the_preset(hub):
    detector = Detector()
    hub(detector)
    assert opsin.detect(IMAGE, model="hub:any", min_score=0.8).labels == ()
    assert detector.prediction_decoder.confidence_threshold == LEAST_SCORE


def test_it_looks_in_tiles_as_any_detector(hub):
    hub(Detector(size=(96, 96)))
    model = open_model("hub:any", Place())
    assert model.reading_size(DetectionOptions()) == (96, 96)
    assert model.reading_size(DetectionOptions(tile=True)) is None


def test_the_card_tells_the_task_before_anything_is_fetched(hub):
    asked = hub(Detector())
    assert card_of("hub:dfine_nano_coco").task == "detection"
    with pytest.raises(UsageError, match="hub:dfine_nano_coco answers detection, not classification"):
        opsin.classify(IMAGE, model="hub:dfine_nano_coco")
    assert asked == []


def test_a_preset_that_cannot_be_had_is_said_in_one_line(hub):
    hub(ValueError("The host is away.\nTry again."))
    with pytest.raises(
        MissingWeightsError, match=r"KerasHub's preset dfine_nano_coco cannot be had: The host is away\."
    ):
        opsin.detect(IMAGE, model="hub:dfine_nano_coco")


def test_another_device_is_refused(hub):
    hub(Detector())
    with pytest.raises(UsageError, match="KerasHub's models run in Keras, which chooses device and precision"):
        opsin.detect(IMAGE, model="hub:any", device="GPU")


def test_boxes_in_a_format_that_is_unknown_here_are_refused():
    with pytest.raises(WeightsError, match="Boxes as xyxy, yxyx can be read; KerasHub's are rel_xywh"):
        HubNetwork(Detector(boxes="rel_xywh"))


def test_a_preset_without_a_size_is_refused():
    with pytest.raises(WeightsError, match="does not say what size its pictures have"):
        HubNetwork(Detector(size=None))
