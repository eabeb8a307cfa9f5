"""What is to be behind a subject, asked for in words."""

import numpy as np
import pytest

from opsin.core.errors import ImageError, OptionError
from opsin.media.files import save_image
from opsin.uses._backdrop import BackgroundOptions, backdrop, detail_of
from opsin.uses._cut import Cut

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
NOBODY = np.zeros((40, 60), np.float32)
CUT = Cut(IMAGE, NOBODY, IMAGE, NOBODY)


def behind(**asked):
    return backdrop(BackgroundOptions(**asked))((40, 60))(CUT)


def test_a_colour_fills_the_picture():
    assert (behind(colour="#010203") == (1, 2, 3)).all()


def test_a_picture_is_cropped_to_fill():
    assert behind(image=np.full((7, 90, 3), 50, np.uint8)).shape == (40, 60, 3)


def test_a_picture_may_be_a_path(tmp_path):
    save_image(tmp_path / "beach.png", np.full((8, 8, 3), 77, np.uint8))
    assert (behind(image=tmp_path / "beach.png") == 77).all()


def test_a_blur_is_of_the_picture_itself():
    made = behind(blur=0.1)
    assert made.astype(float).std() < IMAGE.astype(float).std() / 3
    assert made.mean() == pytest.approx(IMAGE.mean(), abs=3)


@pytest.mark.parametrize(("quality", "is_guided"), [("fast", False), ("balanced", True), ("best", True), (None, True)])
def test_only_at_the_fast_quality_the_matte_of_a_video_is_not_guided(quality, is_guided):
    assert detail_of(BackgroundOptions(colour="red", quality=quality)).is_guided == is_guided


@pytest.mark.parametrize(("asked", "frees"), [({"blur": 0.1}, "never"), ({"remove": True}, "quickly")])
def test_before_its_own_background_a_subject_keeps_its_colours(asked, frees):
    assert detail_of(BackgroundOptions(**asked)).frees == frees


@pytest.mark.parametrize(
    ("asked", "came"),
    [
        ({}, "none of them"),
        ({"blur": 0.1, "colour": "red"}, "blur and colour"),
        ({"image": IMAGE, "remove": True}, "image and remove"),
    ],
)
def test_exactly_one_of_four_is_asked_for(asked, came):
    with pytest.raises(
        OptionError, match=rf"^Say what is to be behind: one of blur, colour, image and remove; got {came}\.$"
    ):
        BackgroundOptions(**asked)


@pytest.mark.parametrize(("blur", "said"), [(0, r"at least 0\.001; got 0"), (20, r"at most 0\.2; got 20")])
def test_a_blur_is_a_share(blur, said):
    with pytest.raises(OptionError, match=rf"^blur must be {said}\.$"):
        BackgroundOptions(blur=blur)


def test_a_colour_or_picture_that_is_none_is_refused():
    with pytest.raises(OptionError, match=r"^A colour is a name such as teal, or #rrggbb; got 'soft'\.$"):
        behind(colour="soft")
    with pytest.raises(ImageError, match=r"nowhere\.jpg"):
        behind(image="nowhere.jpg")
