"""Unlocking, on real pictures: a head in a film opens, printed photographs do not."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.media.sources import open_source, read_image
from opsin.models import card_of, cards_needed, open_model
from opsin.runtime.network import Place
from opsin.store.fetch import have
from opsin.tasks.faces import FacesOptions
from opsin.uses._challenge import CLOSER, LEFT, RIGHT, Challenge, State, draw_challenge, step
from opsin.uses._solid import height

DATA = Path(__file__).parents[3] / "shared" / "data"
FILM, POSES = DATA / "video" / "talking-head.mp4", DATA / "faces_poses"
SHOT = slice(82, 150)
"""Frames in which one person is seen, who looks ahead and then turns to the right."""
LEAST = card_of("yunet_sface").acceptance.threshold(1e-4)

pytestmark = [pytest.mark.weights, pytest.mark.slow]


@pytest.fixture(scope="module")
def model():
    if not all(have(asset) for card in cards_needed("yunet_sface") for asset in card.files.values()):
        pytest.skip("The weights of yunet_sface are not here: opsin models pull yunet_sface")
    return open_model("yunet_sface", Place())


@pytest.fixture(scope="module")
def shot(model):
    """The faces of the largest head in each frame of the shot, and of their mirror images."""
    if not FILM.exists():
        pytest.skip(f"needs {FILM}")
    images = [item.read()[0] for item in list(open_source(FILM))[SHOT]]
    return [[largest(model, image[:, ::way]) for image in images] for way in (1, -1)]


def largest(model, image):
    faces = model.run([np.ascontiguousarray(image)], FacesOptions(min_score=0.6))[0]
    return faces.take([int(np.argmax([height(points) for points in faces.points]))])


def verdict_on(shot, order, every):
    """What comes of every so manieth frame of the shot, the person being whoever is in its last frames."""
    template = np.mean([faces.embeddings[0] for faces in shot[-20:]], axis=0)
    template /= np.linalg.norm(template)
    state = State(Challenge(order, LEAST))
    for number, faces in enumerate(shot[::every]):
        state, verdict = step(state, faces, number * every / 30, lambda each: float(each @ template))
        if verdict.answer is not None:
            break
    return verdict.answer


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_head_in_a_film_that_turns_as_asked_opens_and_its_mirror_image_too(shot, every):
    assert [verdict_on(shot[0], (RIGHT,), every), verdict_on(shot[1], (LEFT,), every)] == [True, True]


def test_a_head_that_turns_the_other_way_does_not(shot):
    assert verdict_on(shot[0], (LEFT,), 2) is False


def page(image, yaw, distance):
    """(360, 480, 3) a printed picture turned about its upright axis, before a grey wall."""
    half, angle = np.array([image.shape[1], image.shape[0]]) / image.shape[1] / 2, np.radians(yaw)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    deep = distance - corners[:, 0] * np.sin(angle)
    seen = np.stack([corners[:, 0] * np.cos(angle), corners[:, 1]], axis=1) / deep[:, None] * 576 + [240, 180]
    whole = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [image.shape[1], image.shape[0]]
    by = cv2.getPerspectiveTransform(whole.astype(np.float32), seen.astype(np.float32))
    return cv2.warpPerspective(image, by, (480, 360), borderValue=(120, 125, 130))


@pytest.mark.parametrize("person", ["s1", "s5", "s16", "s25", "s31", "s40"])
def test_a_printed_photograph_does_not_open_though_it_does_as_asked(model, person):
    if not POSES.exists():
        pytest.skip(f"needs {POSES}")
    photo = cv2.resize(read_image(POSES / person / "1.jpg"), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    state, says, number = State(draw_challenge(LEAST)), "", 0
    while number < 300:
        way, far = {LEFT: (-1, 1), RIGHT: (1, 1), CLOSER: (0, 0.7)}.get(says, (0, 1))
        yaw = way * 60 * np.sin(np.pi * (number % 12) / 12)
        faces = model.run([page(photo, yaw, 1.65 * far)], FacesOptions(min_score=0.6))[0]
        state, verdict = step(state, faces, number / 5, lambda _: 1.0)
        says, number = verdict.says, number + 1
        if verdict.answer is not None:
            break
    assert verdict.answer is False
