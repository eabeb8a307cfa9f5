from dataclasses import dataclass

import numpy as np
import pytest

from opsin.models import open_model
from opsin.models.people_matte import LONGEST, PeopleMatte, with_edges_of
from opsin.runtime.network import Place
from opsin.tasks.detection import Detections
from opsin.tasks.matting import Matte, MattingOptions
from opsin.tasks.segmentation import Segmentation

ASKED = MattingOptions()
CARD = PeopleMatte.cards[1]


@dataclass(frozen=True)
class Part:
    """A model that answers each image by a function."""

    answer: object

    def run(self, images, options):
        return [self.answer(image) for image in images]


def finder(*boxes, label="person"):
    def answer(image):
        height, width = image.shape[:2]
        given = np.array(boxes, np.float32).reshape(-1, 4)
        scores = np.linspace(0.9, 0.5, len(boxes))
        return Detections(height=height, width=width, boxes=given, labels=(label,) * len(boxes), scores=scores)

    return Part(answer)


def bright(image):
    return Matte(height=image.shape[0], width=image.shape[1], alpha=image[..., 0].astype(np.float32) / 255)


def nothing(image):
    return Matte(height=image.shape[0], width=image.shape[1], alpha=np.zeros(image.shape[:2]))


def labelled(image):
    return Segmentation(
        height=image.shape[0], width=image.shape[1], labels=("background", "person"), map=(image[..., 0] > 127) * 1
    )


def people_matte(detection, fast=bright, subject=bright, finest=bright):
    parts = {"fast": Part(fast), "subject": Part(subject), "finest": Part(finest), "labels": Part(labelled)}
    return PeopleMatte(CARD, {"detection": detection, **parts})


@pytest.fixture
def two():
    """Two bright things of 40 x 40 on black, at (20, 30) and (120, 30)."""
    image = np.zeros((100, 200, 3), np.uint8)
    image[30:70, 20:60] = image[30:70, 120:160] = 255
    return image


def test_a_person_in_a_box_is_taken_and_what_is_in_none_is_not(two):
    alpha = people_matte(finder([20, 30, 60, 70])).run([two], ASKED)[0].alpha
    assert alpha[32:68, 22:58].min() > 0.99
    assert alpha[:, 80:].max() == 0


def test_everyone_is_taken(two):
    alpha = people_matte(finder([20, 30, 60, 70], [120, 30, 160, 70])).run([two], ASKED)[0].alpha
    assert alpha[two[..., 0] > 0].mean() > 0.99


def test_without_a_person_it_is_what_the_picture_is_about(two):
    alpha = people_matte(finder([20, 30, 60, 70], label="dog"), fast=nothing).run([two], ASKED)[0].alpha
    assert (alpha == (two[..., 0] > 0)).all()


@pytest.mark.parametrize("lost", ["fast", "subject", "finest"])
def test_one_network_that_lost_the_person_does_no_harm(two, lost):
    alpha = people_matte(finder([20, 30, 60, 70]), **{lost: nothing}).run([two], ASKED)[0].alpha
    assert alpha[34:66, 24:56].min() > 0.99


def test_of_a_crowd_those_who_are_not_looked_at_alone_are_taken_from_the_whole(two):
    large = [[20, 30, 60, 70 - 0.1 * number] for number in range(8)]
    alpha = people_matte(finder(*large, [125, 30, 155, 65])).run([two], ASKED)[0].alpha
    assert alpha[32:64, 127:153].min() > 0.99


def test_large_pictures_are_looked_at_smaller_and_answered_at_their_size():
    seen = []
    model = people_matte(Part(lambda image: seen.append(image.shape) or finder().answer(image)))
    answer = model.run([np.zeros((1000, 2 * LONGEST, 3), np.uint8)], ASKED)[0]
    assert (seen, answer.size) == ([(500, LONGEST, 3)], (1000, 2 * LONGEST))


def test_the_tiny_model_answers_under_its_own_name(two):
    answer = open_model("people_matte_tiny", Place()).run([two], ASKED)[0]
    assert (answer.model, answer.size) == ("people_matte_tiny", (100, 200))


class TestEdges:
    def test_a_matte_keeps_its_own(self, two):
        alpha = bright(two).alpha
        assert with_edges_of(alpha, alpha) == pytest.approx(alpha)

    def test_soft_ones_are_taken_where_both_agree(self, two):
        hard = bright(two).alpha
        soft = hard.copy()
        soft[29, 20:60], soft[30, 20:60] = 0.3, 0.7
        assert with_edges_of(soft, hard)[29:31, 40] == pytest.approx([0.3, 0.7], abs=0.03)

    def test_far_from_an_edge_nothing_changes(self, two):
        hard, spotted = bright(two).alpha, bright(two).alpha.copy()
        spotted[50, 40] = 0.2
        assert with_edges_of(spotted, hard)[50, 40] == 1

    def test_one_that_does_not_agree_is_not_asked(self, two):
        hard = bright(two).alpha
        assert (with_edges_of(np.zeros_like(hard), hard) == hard).all()


@pytest.mark.weights
class TestTrained:
    def test_the_astronaut_is_taken_and_the_flag_is_not(self, trained, photographs):
        alpha = trained("people_matte").run([photographs["astronaut.png"]], ASKED)[0].alpha
        assert alpha[100:200, 190:260].mean() > 0.95
        assert alpha[:60, :60].mean() < 0.05
        assert ((alpha > 0.1) & (alpha < 0.9)).mean() > 0.005
