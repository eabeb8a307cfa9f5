from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.draw.palette import BLACK, PALETTE, WHITE, colour_of, contrast, ink_on, luminance

# What eyes without green and without red cones see, of linear light: Machado, Oliveira and Fernandes, 2009.
EYES = {
    "all": np.eye(3),
    "without green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "without red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
}
TO_CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
TO_OKLAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])

colours = st.tuples(*[st.integers(0, 255)] * 3)


def seen(colour, eyes):
    """Oklab coordinates (Ottosson, 2020), in which distance is difference to the eye; black to white is 1."""
    channels = np.array(colour) / 255
    light = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return TO_OKLAB @ np.cbrt(TO_CONES @ (EYES[eyes] @ light).clip(0, 1))


@pytest.mark.parametrize(("eyes", "least"), [("all", 0.11), ("without green", 0.06), ("without red", 0.05)])
def test_any_two_colours_can_be_told_apart(eyes, least):
    places = [seen(colour, eyes) for colour in PALETTE]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(places, 2)) > least


def test_a_label_has_the_same_colour_in_every_run():
    code = "from opsin.draw.palette import colour_of; print(colour_of('dog'))"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(2)]
    assert {run.stdout.strip() for run in runs} == {str(colour_of("dog"))}


def test_common_labels_have_colours_of_their_own():
    labels = ("person", "car", "dog", "cat", "bus", "truck", "bicycle", "chair", "bottle", "bird", "dining table")
    assert len({colour_of(label) for label in labels}) == len(labels)


def test_every_colour_is_used():
    assert {colour_of(f"label {number}") for number in range(500)} == set(PALETTE)


@given(colours)
def test_ink_can_be_read_on_any_colour(colour):
    assert contrast(ink_on(colour), colour) >= 4.5


@given(colours, colours)
def test_contrast_is_the_same_both_ways(colour, other):
    assert contrast(colour, other) == contrast(other, colour) >= 1


def test_black_on_white_has_the_greatest_contrast():
    assert contrast(BLACK, WHITE) == pytest.approx(21)


def test_luminance_of_grey_is_that_of_the_guidelines():
    assert luminance((118, 118, 118)) == pytest.approx(0.1812, abs=1e-4)
    assert luminance((60, 60, 60)) == pytest.approx(0.0452, abs=1e-4)
    assert luminance((10, 10, 10)) == pytest.approx(10 / 255 / 12.92)
