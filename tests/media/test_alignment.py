import cv2
import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.core.similarity import moved, similarity
from opsin.media.alignment import SIDE, TEMPLATE, aligned

HOME = np.array(TEMPLATE) + 0.5


def dotted(points, size=(300, 400)):
    """A smooth picture with a soft bright spot at each point."""
    rows, columns = np.mgrid[: size[0], : size[1]] + 0.5
    spots = [np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 18) for x, y in points]
    return np.repeat((255 * np.max(spots, axis=0)).astype(np.uint8)[..., None], 3, axis=2)


def brightest(image, near):
    """The middle of the light near a point."""
    x, y = np.round(near).astype(int)
    part = image[max(y - 6, 0) : y + 7, max(x - 6, 0) : x + 7, 0].astype(float)
    rows, columns = np.mgrid[: part.shape[0], : part.shape[1]] + 0.5
    return (columns * part).sum() / part.sum() + max(x - 6, 0), (rows * part).sum() / part.sum() + max(y - 6, 0)


@pytest.mark.parametrize("angle", [0, 30, -75, 180])
@pytest.mark.parametrize("scale", [0.7, 1.0, 1.3, 2.3])
def test_points_come_to_lie_on_the_template(angle, scale):
    turn = scale * np.array([[np.cos(t := np.radians(angle)), -np.sin(t)], [np.sin(t), np.cos(t)]])
    points = (HOME - 56) @ turn.T + (200, 150)
    shown = aligned(dotted(points), points)
    assert np.array([brightest(shown, home) for home in HOME]) == pytest.approx(HOME, abs=0.75)


def test_a_face_that_lies_on_the_template_stays_as_it_is():
    image = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    assert (aligned(image, HOME) == image).all()


def test_a_large_face_is_averaged_so_that_no_pixel_is_skipped():
    fine = np.zeros((SIDE * 8, SIDE * 8, 3), np.uint8)
    fine[:, ::2] = 255  # stripes that are gone when averaged, and a lottery when skipped
    assert aligned(fine, HOME * 8).astype(int)[4:-4, 4:-4] == pytest.approx(np.full((104, 104, 3), 127), abs=2)


def test_it_shows_what_opencv_shows_where_nothing_is_shrunk():
    image = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (150, 150, 3), np.uint8), (0, 0), 3)
    points = moved(HOME, similarity([[0, 0], [1, 0]], [[20, 10], [21, 0.1 + 10]]))
    matrix = similarity(points - 0.5, np.array(TEMPLATE))
    wanted = cv2.warpAffine(image, matrix, (SIDE, SIDE))
    assert np.abs(aligned(image, points).astype(int) - wanted).max() <= 2


def test_what_lies_outside_the_picture_is_black():
    assert (aligned(np.full((40, 40, 3), 255, np.uint8), HOME)[60:, 60:] == 0).all()


def test_another_side_shows_the_same_larger():
    points = HOME + 20
    image = dotted(points, (160, 160))
    twice = cv2.resize(aligned(image, points, 2 * SIDE), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    assert np.abs(twice.astype(int) - aligned(image, points)).mean() < 2


def test_points_that_all_lie_on_one_another_are_refused():
    with pytest.raises(InputError, match="needs two different points"):
        aligned(np.zeros((50, 50, 3), np.uint8), np.ones((5, 2)))
