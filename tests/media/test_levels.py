import base64
import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from opsin.core.errors import InputError
from opsin.media.levels import bytes_from_levels, levels_from_text, resize_levels, text_from_levels

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))
levels = arrays(np.float32, SIZES, elements=st.floats(0, 1, width=32))
RAMP = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(48, axis=0)


@given(levels, SIZES)
def test_at_any_size_levels_stay_in_their_range(each, size):
    resized = resize_levels(each, size)
    assert (resized.shape, resized.dtype) == (size, np.float32)
    assert 0 <= resized.min() <= resized.max() <= 1


@given(levels)
def test_at_their_own_size_levels_stay_as_they_are(each):
    assert resize_levels(each, each.shape) == pytest.approx(each, abs=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 7), (96, 128)])
def test_a_flat_map_stays_flat(size):
    assert resize_levels(np.full((48, 64), 0.3, np.float32), size) == pytest.approx(0.3, abs=1e-5)


def test_what_falls_together_is_averaged():
    random = np.random.default_rng(0).random((40, 60), np.float32)
    assert resize_levels(random, (20, 20)) == pytest.approx(random.reshape(20, 2, 20, 3).mean(axis=(1, 3)), abs=1e-6)


def test_one_side_is_averaged_while_the_other_grows():
    tall = np.tile(np.array([[0, 1]], np.float32).T, (50, 1))
    assert resize_levels(tall, (10, 9)) == pytest.approx(0.5)


def test_a_ramp_stays_a_ramp_without_steps():
    large = resize_levels(RAMP, (480, 640))
    wanted = np.interp(np.arange(640), (np.arange(64) + 0.5) * 10 - 0.5, RAMP[0])
    assert large[0, 20:-20] == pytest.approx(wanted[20:-20], abs=1e-3)
    assert (np.diff(large[0, 20:-20]) > 0).all()


def test_an_edge_between_nothing_and_all_does_not_ring():
    edge = np.zeros((8, 8), np.float32)
    edge[:, 4:] = 1
    assert (np.diff(resize_levels(edge, (8, 80)), axis=1) > -1e-6).all()


def test_a_mirrored_map_is_resized_to_the_mirrored_one():
    random = np.random.default_rng(1).random((30, 40), np.float32)
    mirrored = resize_levels(np.ascontiguousarray(random[:, ::-1]), (77, 91))
    assert mirrored[:, ::-1] == pytest.approx(resize_levels(random, (77, 91)), abs=1e-5)


@given(levels)
def test_text_comes_back_in_steps_of_one_in_255(each):
    back = levels_from_text(text_from_levels(each), "alpha")
    assert back.dtype == np.float32
    assert np.abs(back - each).max() <= 0.5 / 255 + 1e-6


@given(levels)
def test_text_that_came_back_is_the_same_text(each):
    text = text_from_levels(each)
    assert text_from_levels(levels_from_text(text, "alpha")) == text


def test_another_program_reads_the_text_as_a_grey_png():
    picture = Image.open(io.BytesIO(base64.b64decode(text_from_levels(RAMP))))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (64, 48))
    assert (np.asarray(picture) == bytes_from_levels(RAMP)).all()


def test_what_another_program_wrote_is_read():
    _, written = cv2.imencode(".png", np.array([[0, 51, 255]], np.uint8))
    assert levels_from_text(base64.b64encode(written).decode(), "alpha")[0] == pytest.approx([0, 0.2, 1])


def test_text_that_is_no_base64_is_refused():
    with pytest.raises(InputError, match=r"^alpha must be a grey PNG in base64; got text that is no base64: "):
        levels_from_text("é!", "alpha")


def test_base64_that_is_no_picture_is_refused():
    with pytest.raises(InputError, match="alpha"):
        levels_from_text(base64.b64encode(b"GARBAGE" * 9).decode(), "alpha")
