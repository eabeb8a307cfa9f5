from pathlib import Path

import numpy as np
import pytest

from opsin.media.sources import read_image
from opsin.models import open_model
from opsin.models._glimpse import Glimpse
from opsin.models.hrnet18_ocr64 import TOGETHER, decoded, prepared
from opsin.runtime.network import Place
from opsin.tasks.selection import SelectionOptions

SHARED = Path(__file__).parents[3] / "shared" / "data"
CAT = "train2017/000000358083.jpg"
CAT_MIDDLE = (170, 200)
CAT_PIXELS = 52492
"""As COCO outlines it."""


def glimpse(window=(0, 0, 100, 100), at=(50, 50)):
    return Glimpse(window, np.array([at], np.float32), np.zeros((0, 2), np.float32))


@pytest.fixture
def tiny():
    return open_model("hrnet18_ocr64_tiny.random", Place())


@pytest.fixture
def hrnet(trained):
    return trained("hrnet18_ocr64.cocolvis")


@pytest.fixture
def photo():
    if not (SHARED / "coco_dev" / CAT).exists():
        pytest.skip("../shared/data/coco_dev is not here")
    return read_image(SHARED / "coco_dev" / CAT)


def test_each_glimpse_becomes_pixels_and_three_maps():
    batch = prepared(np.zeros((100, 100, 3), np.uint8), [glimpse(), glimpse((0, 0, 20, 10))], (64, 32))
    assert (batch["image"].shape, batch["image"].dtype) == ((2, 64, 32, 3), np.uint8)
    assert (batch["coord_features"].shape, batch["coord_features"].dtype) == ((2, 3, 64, 32), np.float32)


def test_a_glimpse_shows_its_window_alone():
    image = np.zeros((100, 100, 3), np.uint8)
    image[20:40, 60:80] = 255
    batch = prepared(image, [glimpse((62, 22, 78, 38))], (32, 32))
    assert (batch["image"] == 255).all()


def test_scores_become_levels_by_the_logistic_curve():
    (levels,) = decoded({"scores": np.array([[[[0.0, 2.0, -1000.0]]]], np.float32)})
    assert levels[0] == pytest.approx([0.5, 1 / (1 + np.exp(-2)), 0], abs=1e-6)


def test_many_glimpses_go_through_a_few_at_a_time_and_keep_their_order(tiny):
    image = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    asked = [glimpse(at=(9 * number, 50)) for number in range(1, 2 * TOGETHER + 2)]
    together, alone = tiny.glance(image, asked), [tiny.glance(image, [each])[0] for each in asked]
    assert all((one == other).all() for one, other in zip(together, alone, strict=True))


def test_no_glimpses_have_no_levels(tiny):
    assert tiny.glance(np.zeros((9, 9, 3), np.uint8), []) == []


def test_levels_come_in_the_input_size_that_is_asked_for(tiny):
    image = np.zeros((100, 100, 3), np.uint8)
    assert [tiny.glance(image, [glimpse()], size)[0].shape for size in (None, (32, 48))] == [(64, 64), (32, 48)]


@pytest.mark.weights
def test_one_click_on_a_cat_selects_nearly_all_of_it(hrnet, photo):
    (answer,) = hrnet.run([photo], SelectionOptions(at=CAT_MIDDLE))
    assert answer.area == pytest.approx(CAT_PIXELS, rel=0.15)
    assert answer.score > 0.7


@pytest.mark.weights
def test_a_box_around_a_cat_selects_it_with_its_tail(hrnet, photo):
    (answer,) = hrnet.run([photo], SelectionOptions(box=(40, 40, 295, 477)))
    assert answer.area == pytest.approx(CAT_PIXELS, rel=0.1)
    assert answer.box == pytest.approx([40, 40, 295, 477], abs=10)


@pytest.mark.weights
def test_a_mirrored_click_in_a_mirrored_photograph_selects_the_mirrored_thing(hrnet, photo):
    width = photo.shape[1]
    (straight,) = hrnet.run([photo], SelectionOptions(at=CAT_MIDDLE))
    mirrored = np.ascontiguousarray(photo[:, ::-1])
    (turned,) = hrnet.run([mirrored], SelectionOptions(at=(width - CAT_MIDDLE[0], CAT_MIDDLE[1])))
    assert (straight.mask == turned.mask[:, ::-1]).mean() > 0.97
