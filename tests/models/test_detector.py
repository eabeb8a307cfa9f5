"""A detector that was taught, as it answers."""

import dataclasses

import numpy as np
import pytest

from opsin.core.placement import letterboxed
from opsin.models.detector import Detector
from opsin.tasks.detection import DetectionOptions
from opsin.weights.card import Card

CARD = Card(
    name="cells",
    task="detection",
    summary="",
    labels=("red", "white"),
    input_size=(64, 96),
    fit="letterbox",
    licence="",
)


def proposing(*proposals, card=CARD):
    """A detector whose network says the same about every picture: boxes and logits."""
    raw = np.array(proposals, np.float32)
    return Detector(card, lambda batch: {"proposals": np.repeat(raw[None], len(batch["image"]), 0)})


RED, WHITE = [6, 4, 30, 20, 2.0, -8.0], [40, 30, 60, 60, -8.0, 1.0]
PICTURE = np.zeros((128, 192, 3), np.uint8)


def test_boxes_come_in_pixels_of_the_picture():
    found = proposing(RED, WHITE).run([PICTURE], DetectionOptions())[0]
    assert found.boxes == pytest.approx(np.array([[12, 8, 60, 40], [80, 60, 120, 120]]))
    assert found.labels == ("red", "white")
    assert found.size == (128, 192)


def test_scores_are_calibrated_as_the_card_says():
    card = dataclasses.replace(CARD, temperature=2.0, offset=-0.5)
    found = proposing(RED, WHITE, card=card).run([PICTURE], DetectionOptions(min_score=0.0))[0]
    assert found.scores[:2] == pytest.approx([1 / (1 + np.exp(-0.5)), 0.5])


def test_boxes_are_cut_at_the_border():
    found = proposing([-9, -9, 120, 90, 3.0, -8.0]).run([PICTURE], DetectionOptions())[0]
    assert found.boxes.tolist() == [[0, 0, 192, 128]]


def test_of_two_boxes_on_one_thing_the_better_stays():
    again = [7, 5, 30, 20, 1.0, -8.0]
    assert len(proposing(RED, again).run([PICTURE], DetectionOptions())[0].labels) == 1
    assert len(proposing(RED, again).run([PICTURE], DetectionOptions(max_overlap=1.0))[0].labels) == 2


def test_a_wide_picture_is_letterboxed_and_its_boxes_come_back():
    wide = np.zeros((64, 192, 3), np.uint8)
    found = proposing(RED).run([wide], DetectionOptions())[0]
    at = letterboxed((64, 192), (64, 96))
    assert found.boxes == pytest.approx(at.boxes_to_original([RED[:4]]))


def test_a_large_picture_is_looked_at_in_tiles_when_that_is_asked_for():
    looked = []

    def network(batch):
        looked.append(len(batch["image"]))
        return {"proposals": np.repeat(np.array([RED], np.float32)[None], len(batch["image"]), 0)}

    detector, large = Detector(CARD, network), np.zeros((256, 384, 3), np.uint8)
    detector.run([large], DetectionOptions())
    assert sum(looked) == 1
    detector.run([large], DetectionOptions(tile=True))
    assert sum(looked) > 5
    assert detector.reading_size(DetectionOptions(tile=True)) is None


def test_an_exported_file_says_how_to_read_it():
    said = Detector.reading(dataclasses.replace(CARD, temperature=2.0, offset=-0.5))
    assert "sigmoid(proposals[..., 4:] / 2 + -0.5)" in said
