import json
from pathlib import Path

import numpy as np
import pytest

from opsin.core.acceptance import Acceptance
from opsin.core.errors import ImageError, InputError, OptionError, UsageError
from opsin.media.files import save_image
from opsin.uses.verify import Verification, verify

TINY = "yunet_sface_tiny"
LFW = Path(__file__).parents[3] / "shared" / "data" / "lfw_dev" / "images"
MEASURED = Acceptance((1e-4, 1e-3, 1e-2), (0.999999, 0.99999, 0.99), impostors=1_000_000)


def portrait(seed, faces=1):
    """A picture with faces, 64 pixels apart, for the stand-in: one is where a single pixel is bright."""
    random = np.random.default_rng(seed)
    shades = np.kron(random.integers(0, 2, (8, 24)) * 160, np.ones((8, 8), int)).astype(np.uint8)
    shades[16, 16 : 16 + 64 * faces : 64] = 255
    return np.repeat(shades[..., None], 3, axis=2)


@pytest.fixture
def thresholds(tmp_path):
    (tmp_path / "t.json").write_text(json.dumps(MEASURED.to_dict() | {"model": TINY}))
    return tmp_path / "t.json"


@pytest.fixture
def ask(thresholds):
    return lambda first, second, **more: verify(first, second, model=TINY, thresholds=thresholds, **more)


def test_a_picture_and_itself_show_the_same_person(ask):
    done = ask(portrait(1), portrait(1))
    assert done.same is True
    assert done.score == pytest.approx(1, abs=1e-5)


def test_pictures_of_two_do_not(ask):
    done = ask(portrait(1), portrait(2))
    assert done.same is False
    assert done.score < done.threshold == 0.99999


def test_which_comes_first_does_not_matter(ask):
    assert ask(portrait(1), portrait(2)).score == pytest.approx(ask(portrait(2), portrait(1)).score)


def test_a_laxer_rate_has_a_lower_threshold(ask):
    assert ask(portrait(1), portrait(2), far=1e-2).threshold < ask(portrait(1), portrait(2), far=1e-3).threshold


def test_a_rate_that_was_not_measured_is_refused(ask):
    with pytest.raises(OptionError, match=r"^far must lie between 1\.0e-04 and 0\.01, since 1,000,000 pairs"):
        ask(portrait(1), portrait(2), far=1e-5)


def test_without_thresholds_there_is_no_answer():
    with pytest.raises(UsageError, match="No thresholds were measured for yunet_sface_tiny"):
        verify(portrait(1), portrait(1), model=TINY)


def test_a_model_that_does_not_embed_is_refused(monkeypatch):
    monkeypatch.setattr("opsin.uses.verify.acceptance_for", lambda *_: MEASURED)
    with pytest.raises(UsageError, match=r"^yunet_tiny\.random finds faces, but does not tell them apart\."):
        verify(portrait(1), portrait(1), model="yunet_tiny.random")


def test_a_picture_without_a_face_is_named(ask, tmp_path):
    save_image(tmp_path / "wall.png", portrait(1, faces=0))
    with pytest.raises(InputError, match=r"^No face was found in the second picture \(.*wall\.png\)\. Give one that"):
        ask(portrait(1), tmp_path / "wall.png")
    with pytest.raises(InputError, match=r"^No face was found in the first picture\. Give one that shows a face\.$"):
        ask(portrait(1, faces=0), portrait(1))


def test_a_picture_that_cannot_be_read_is_named(ask):
    with pytest.raises(ImageError, match=r"missing\.png"):
        ask("missing.png", portrait(1))


def test_it_goes_to_json(ask):
    said = json.loads(json.dumps(ask(portrait(1), portrait(2)).to_dict()))
    assert list(said) == ["same", "score", "threshold", "far", "first_box", "second_box", "model"]
    assert (said["same"], said["far"], said["model"], len(said["first_box"])) == (False, 1e-3, TINY, 4)


def made(same, box=(10, 10, 40, 50)):
    boxes = np.array([box, box], np.float32)
    return Verification(same, 0.51234, 0.36, 1e-3, *boxes, "m")


def test_the_summary_says_yes_or_no_and_by_how_much():
    assert made(True).summary == "the same person: 0.512, 0.360 is needed (far 0.001)"
    assert made(False).summary.startswith("not the same person: ")


@pytest.mark.parametrize("box", [(10, 10, 40, 50), (0, 0, 3, 3), (95, 70, 100, 80), (0, 0, 100, 80)])
def test_drawn_both_faces_lie_side_by_side_wherever_they_were(box):
    first, second = np.full((80, 100, 3), 50, np.uint8), np.full((80, 100, 3), 200, np.uint8)
    drawn = made(True, box).draw(first, second)
    assert drawn.shape == (480, 960, 3)
    assert (drawn[240, 240, 0], drawn[240, 720, 0]) == (50, 200)
    assert (drawn[200:, :480].max(), drawn[200:, 480:].min()) <= (128, 200)


def test_drawn_the_face_is_in_the_middle():
    image = np.zeros((80, 100, 3), np.uint8)
    image[10:50, 10:40] = 255
    half = made(True).draw(image, image)[:, :480]
    assert half[240, 240].tolist() == [255] * 3
    _, columns = np.nonzero(half[100:, :, 0] > 200)
    assert columns.mean() == pytest.approx(240, abs=8)


@pytest.mark.weights
def test_photographs_of_one_person_are_told_from_those_of_two(trained):
    trained("yunet_sface")
    if not LFW.is_dir():
        pytest.skip("Labeled Faces in the Wild is not here: ../shared/data/lfw_dev")
    blair, again = sorted((LFW / "Tony_Blair").glob("*.jpg"))[:2]
    fox = min((LFW / "Vicente_Fox").glob("*.jpg"))
    assert verify(blair, again).same
    assert not verify(blair, fox).same
