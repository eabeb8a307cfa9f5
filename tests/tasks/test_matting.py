import base64
import json

import numpy as np
import pytest
from PIL import Image

from opsin.core.errors import InputError, OptionError
from opsin.draw.checkerboard import draw_on_checkerboard
from opsin.media.levels import levels_from_text, resize_levels
from opsin.tasks.matting import Matte, score

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
ALPHA = np.linspace(0, 1, 60, dtype=np.float32)[None].repeat(40, axis=0)
MATTE = Matte(height=40, width=60, model="m", alpha=ALPHA)


def of(*rows):
    return Matte(height=len(rows), width=len(rows[0]), alpha=rows)


def test_a_matte_of_another_size_is_refused():
    with pytest.raises(
        InputError, match=r"^Matte\.alpha must have the image's height and width \(2, 3\); got \(3, 2\)\.$"
    ):
        Matte(height=2, width=3, alpha=np.zeros((3, 2)))


def test_levels_outside_of_their_range_are_refused():
    with pytest.raises(InputError, match=r"^Matte\.alpha must lie in 0\.0\.\.1\.0; got 0\.0\.\.255\.0\.$"):
        of([0, 255])


def test_the_share_is_the_mean_of_alpha():
    assert MATTE.share == pytest.approx(ALPHA.mean(), abs=0.5 / 255)


def test_the_summary_is_the_share_in_per_cent():
    assert of([1, 0, 0]).summary == "33 % of the picture"


def test_where_there_is_no_subject_there_is_nothing_to_say():
    assert of([0, 0.004]).summary == ""


def test_the_table_has_the_share_alone():
    assert (Matte.columns(), of([1, 0, 0]).rows()) == (("share",), [{"share": 0.3333}])


def test_json_has_the_share_and_a_png():
    told = MATTE.to_dict()
    assert list(told) == ["height", "width", "task", "model", "share", "alpha"]
    assert base64.b64decode(told["alpha"]).startswith(b"\x89PNG")
    assert levels_from_text(told["alpha"], "alpha") == pytest.approx(ALPHA, abs=0.51 / 255)


def test_it_comes_back_from_json_and_goes_there_again():
    back = Matte.from_dict(json.loads(MATTE.to_json()))
    assert back.to_dict() == MATTE.to_dict()
    assert back.share == MATTE.share


def test_json_with_another_size_than_its_png_is_refused():
    with pytest.raises(InputError, match=r"^Matte\.alpha must have the image's height and width \(41, 60\)"):
        Matte.from_dict(MATTE.to_dict() | {"height": 41})


def test_it_is_drawn_on_a_checkerboard():
    assert (MATTE.draw(IMAGE) == draw_on_checkerboard(IMAGE, ALPHA)).all()


@pytest.mark.parametrize("name", ["cut.png", "cut.webp", "cut.TIFF"])
def test_saved_where_pixels_can_be_clear_it_is_the_subject_cut_out(tmp_path, name):
    MATTE.save(tmp_path / name, IMAGE)
    saved = np.asarray(Image.open(tmp_path / name))
    assert (saved[..., :3] == IMAGE).all()
    assert saved[..., 3] / 255 == pytest.approx(ALPHA, abs=0.51 / 255)


def test_saved_where_they_cannot_it_is_drawn(tmp_path):
    MATTE.save(tmp_path / "cut.bmp", IMAGE)
    assert (np.asarray(Image.open(tmp_path / "cut.bmp")) == MATTE.draw(IMAGE)).all()


def test_saved_as_json_it_comes_back(tmp_path):
    MATTE.save(tmp_path / "cut.json", IMAGE)
    assert Matte.from_dict(json.loads((tmp_path / "cut.json").read_text())).to_dict() == MATTE.to_dict()


def test_a_picture_is_not_saved_without_the_image(tmp_path):
    with pytest.raises(OptionError, match=r"^To save a picture such as cut\.png give the image too"):
        MATTE.save(tmp_path / "cut.png")


def test_at_another_size_alpha_is_resized():
    other = MATTE.resized((80, 90))
    assert (other.size, other.model) == ((80, 90), "m")
    assert (other.alpha == resize_levels(ALPHA, (80, 90))).all()


def test_the_figures_are_means_over_the_images():
    full, half, none = of([1, 1]), of([1, 0]), of([0, 0])
    assert score([full, half], [full, full]) == {"IoU": 0.75, "mean_absolute_error": 0.25}
    assert score([none], [none]) == {"IoU": 1.0, "mean_absolute_error": 0.0}


def test_nothing_to_score_is_zero():
    assert score([], []) == {"IoU": 0.0, "mean_absolute_error": 0.0}


def test_each_matte_needs_its_truth():
    with pytest.raises(InputError, match="got 1 answers and 0 truths"):
        score([MATTE], [])
