import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from opsin.core.errors import InputError
from opsin.core.polygons import runs_from_polygons
from opsin.core.runs import areas, mask_from_runs

seeds = st.integers(0, 10_000)

OUTER = [0, 0, 8, 0, 8, 8, 0, 8]
HOLE = [2, 2, 6, 2, 6, 6, 2, 6]
ISLAND = [3, 3, 5, 3, 5, 5, 3, 5]


def area(polygons, size=(8, 8), **options):
    return int(areas([runs_from_polygons(polygons, size, **options)])[0])


@given(seeds)
def test_the_mask_is_pixel_for_pixel_what_pycocotools_makes(seed):
    random = np.random.default_rng(seed)
    height, width = (int(side) for side in random.integers(1, 60, 2))
    polygons = [
        random.uniform(-10, 70, 2 * random.integers(3, 9)).round(random.integers(0, 3)).tolist()
        for _ in range(random.integers(1, 4))
    ]
    expected = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(polygons, height, width)))
    assert (mask_from_runs(runs_from_polygons(polygons, (height, width))) == expected).all()


def test_a_rectangle_on_the_borders_of_pixels_is_those_pixels():
    mask = mask_from_runs(runs_from_polygons([[2, 1, 5, 1, 5, 4, 2, 4]], (6, 7)))
    assert mask[1:4, 2:5].all()
    assert mask.sum() == 9


def test_an_outline_within_another_is_filled_as_coco_does():
    assert area([OUTER, HOLE]) == 64


def test_an_outline_within_another_is_a_hole_where_holes_are_kept():
    assert area([OUTER, HOLE], keeps_holes=True) == 64 - 16


def test_an_island_in_a_hole_is_inside_again():
    assert area([OUTER, HOLE, ISLAND], keeps_holes=True) == 64 - 16 + 4


def test_parts_that_lie_apart_are_the_same_by_either_rule():
    parts = [[0, 0, 2, 0, 2, 2, 0, 2], [5, 5, 7, 5, 7, 8, 5, 8]]
    assert area(parts) == area(parts, keeps_holes=True) == 10


def test_it_does_not_matter_at_which_point_or_which_way_an_outline_begins():
    points = np.array([[1, 1], [6, 2], [7, 7], [2, 5]])
    masks = [
        mask_from_runs(runs_from_polygons([each], (9, 9))) for each in (points, np.roll(points, 2, 0), points[::-1])
    ]
    assert (masks[0] == masks[1]).all()
    assert (masks[0] == masks[2]).all()


def test_what_lies_outside_the_picture_is_cut_off():
    assert area([[-5, -5, 50, -5, 50, 50, -5, 50]]) == 64


@pytest.mark.parametrize("keeps_holes", [True, False])
def test_no_outlines_enclose_nothing(keeps_holes):
    assert area([], keeps_holes=keeps_holes) == 0


@given(seeds)
def test_the_mask_of_a_large_triangle_has_about_its_area(seed):
    points = np.random.default_rng(seed).uniform(0, 200, (3, 2))
    (ax, ay), (bx, by) = points[1] - points[0], points[2] - points[0]
    around = np.linalg.norm(points - np.roll(points, 1, 0), axis=1).sum()
    assert area([points], (200, 200)) == pytest.approx(abs(ax * by - ay * bx) / 2, abs=around + 4)


@pytest.mark.parametrize(
    "polygon", [[0, 0, 1, 1], [0, 0, 1, 1, 2, 2, 3], [0, 0, 1, 1, 2, float("nan")], "abc", [[1], [2, 3]]]
)
def test_what_is_no_outline_is_refused(polygon):
    with pytest.raises(InputError, match="three points or more, all finite; got"):
        runs_from_polygons([polygon], (8, 8))


@pytest.mark.parametrize("far", [1e7, 1e30, 1e308])
def test_an_outline_that_would_fill_the_memory_is_refused(far):
    with pytest.raises(InputError, match="has corners far outside its picture"):
        runs_from_polygons([[0, 0, far, 0, far, far]], (8, 8))


def test_a_small_outline_very_far_away_is_refused():
    with pytest.raises(InputError, match="has corners far outside its picture"):
        runs_from_polygons([[1e12, 0, 1e12, 1, 1e12, 2]], (8, 8))
