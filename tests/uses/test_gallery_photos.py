import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.media.alignment import TEMPLATE
from opsin.media.sources import read_image
from opsin.tasks.faces import Faces, FacesOptions
from opsin.uses._gallery_photos import chosen, embeddings_of, focus, largest_of, weakness, yaw_degrees

LFW = Path(__file__).parents[3] / "shared" / "data" / "lfw_dev" / "images"

# A head in three dimensions: x to the right, y down, z towards the viewer; eyes 2 apart, the nose 1.2 out.
HEAD = np.array([(-1, 0, 0), (1, 0, 0), (0, 1.2, 1.2), (-0.8, 2.4, 0.3), (0.8, 2.4, 0.3)])
TEXTURE = np.repeat(np.random.default_rng(0).integers(0, 256, (112, 112, 1), np.uint8), 3, axis=2)


def turned(degrees, size=20.0):
    """The five points of the head, turned about its upright axis, seen from afar."""
    angle = np.radians(degrees)
    x = HEAD[:, 0] * np.cos(angle) + HEAD[:, 2] * np.sin(angle)
    return np.stack([x, HEAD[:, 1]], axis=1) * size + 56


def found(*sides):
    """Faces with boxes of these sides."""
    boxes = [(0, 0, side, side) for side in sides]
    return Faces(height=99, width=99, scores=[0.9] * len(sides), boxes=boxes, points=np.zeros((len(sides), 5, 2)))


@pytest.mark.parametrize("degrees", [-60, -30, 0, 15, 45])
def test_the_turn_of_a_head_is_what_it_was_turned_by(degrees):
    assert yaw_degrees(turned(degrees)) == pytest.approx(degrees, abs=1e-6)


def test_the_turn_of_a_head_does_not_change_when_the_picture_does():
    roll = np.array([[0.8, -0.6], [0.6, 0.8]])
    assert yaw_degrees(turned(25) @ roll.T * 3 + 500) == pytest.approx(25)


def test_mirrored_a_head_is_turned_the_other_way():
    mirrored = (turned(25) * (-1, 1))[[1, 0, 2, 4, 3]]
    assert yaw_degrees(mirrored) == pytest.approx(-25)


@pytest.mark.parametrize("change", [lambda face: face // 3, lambda face: face // 2 + 120, lambda face: face[:, ::-1]])
def test_focus_asks_neither_for_light_nor_contrast_nor_side(change):
    face = cv2.GaussianBlur(TEXTURE, (0, 0), 1)
    assert focus(change(face)) == pytest.approx(focus(face), rel=0.1)


def test_the_more_it_is_blurred_the_lower_the_focus():
    focuses = [focus(cv2.GaussianBlur(TEXTURE, (0, 0), sigma)) for sigma in (0.5, 1, 1.5, 2, 3)]
    assert focuses == sorted(focuses, reverse=True)


@pytest.mark.parametrize("shape", [(13, 1), (1, 13)])
def test_blurred_along_one_axis_a_face_is_blurred(shape):
    assert focus(cv2.blur(TEXTURE, shape)) < 0.5 * focus(TEXTURE)


def test_a_face_of_one_colour_has_no_focus():
    assert focus(np.full((112, 112, 3), 90, np.uint8)) == 0


def test_a_good_face_has_no_weakness():
    assert weakness(TEXTURE, TEMPLATE) is None


def test_a_blurred_face_says_how_much():
    dull = cv2.GaussianBlur(TEXTURE, (0, 0), 4)
    said = re.fullmatch(r"the face is blurred: its focus is (0\.\d{3}); 0\.165 is needed", weakness(dull, TEMPLATE))
    assert float(said[1]) == pytest.approx(focus(dull), abs=0.002)


def test_a_small_face_says_how_small():
    assert weakness(TEXTURE, np.array(TEMPLATE) / 4) == (
        "the face is too small: 9 pixels between the eyes; 16 are needed"
    )


@pytest.mark.parametrize("degrees", [-50, 50])
def test_a_face_turned_away_says_how_far(degrees):
    assert weakness(TEXTURE, turned(degrees)) == ("the face is turned away by about 50 degrees; 40 at most can be used")


def test_points_that_all_lie_on_one_another_are_no_face():
    assert weakness(TEXTURE, np.full((5, 2), 50.0)) == "the face is too small: 0 pixels between the eyes; 16 are needed"


def test_without_a_face_none_is_chosen():
    assert chosen(found(), largest=True) == "no face was found"


def test_of_several_faces_none_is_chosen_but_the_largest_when_asked_for():
    assert str(chosen(found(5, 9, 7), largest=False)).startswith("3 faces were found; ")
    assert chosen(found(5, 9, 7), largest=True) == 1


def test_the_only_face_is_the_largest():
    assert chosen(found(5), largest=False) == largest_of(found(5)) == 0


def test_faces_without_embeddings_are_refused():
    with pytest.raises(UsageError, match=r" finds faces, but does not tell them apart\. Use yunet_sface\.$"):
        embeddings_of(found(5))


@pytest.fixture
def photographs(trained):
    """Every 60th photo, with the points of its largest face."""
    if not LFW.is_dir():
        pytest.skip("Labeled Faces in the Wild is not here: ../shared/data/lfw_dev")
    model = trained("yunet.wider")
    images = [read_image(path) for path in sorted(LFW.rglob("*.jpg"))[::60]]
    faces = [model.run([image], FacesOptions())[0] for image in images]
    return [(image, each.points[largest_of(each)]) for image, each in zip(images, faces, strict=True)]


@pytest.mark.weights
def test_of_good_photographs_hardly_any_is_refused(photographs):
    assert sum(weakness(*photograph) is not None for photograph in photographs) <= 1


@pytest.mark.weights
def test_blurred_photographs_are_refused(photographs):
    def dull(image, points):
        return cv2.GaussianBlur(image, (0, 0), 2.7 * np.hypot(*(points[1] - points[0])) / 35), points

    reasons = [weakness(*dull(*photograph)) or "" for photograph in photographs]
    assert sum("blurred" in reason or "turned" in reason for reason in reasons) >= len(photographs) - 1
