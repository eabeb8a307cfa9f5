"""What is to be erased: said by points, a label or a mask, and grown."""

import dataclasses

import numpy as np
import pytest

from opsin.core.errors import InputError, OptionError
from opsin.core.masks import cropped
from opsin.media.files import save_image
from opsin.tasks._instances import Instances
from opsin.tasks.segmentation import Segmentation
from opsin.uses import _what_goes
from opsin.uses._what_goes import Asked, grown, what_goes

IMAGE = np.full((60, 80, 3), 90, np.uint8)
THING = np.zeros((60, 80), bool)
THING[20:32, 30:44] = True
OTHER = np.zeros((60, 80), bool)
OTHER[40:50, 5:15] = True
LABELS = ("background", "person", "cat", "dog")


@pytest.fixture
def seen(monkeypatch):
    """Makes the networks answer as told; what they were asked is in the list."""
    asked = []

    def tell(found):
        monkeypatch.setattr(
            _what_goes, "predict", lambda task, image, **options: asked.append((task, options)) or found
        )
        return asked

    return tell


def found(*labels, instances=True):
    """A first thing at THING and a second at OTHER, of these labels."""
    masks = [THING, OTHER][: len(labels)]
    laid = np.zeros((60, 80), np.int16)
    for label, mask in zip(labels, masks, strict=True):
        laid[mask] = LABELS.index(label)
    things = Instances(
        labels=labels,
        scores=np.linspace(0.9, 0.5, len(labels)),
        boxes=np.tile([0, 0, 80, 60], (len(labels), 1)),
        masks=tuple(map(cropped, masks)),
    )
    return Segmentation(height=60, width=80, labels=LABELS, map=laid, instances=things if instances else None)


class Selected:
    def __init__(self, mask):
        self.mask = mask


def of(seen_things, seen, **said):
    seen(seen_things)
    return what_goes(IMAGE, Asked(**said))


def test_all_things_of_a_label_go(seen):
    assert (of(found("person", "person"), seen, label="person", grow=0) == THING | OTHER).all()


def test_things_of_other_labels_stay(seen):
    assert (of(found("cat", "person"), seen, label="person", grow=0) == OTHER).all()


@pytest.mark.parametrize(("which", "mask"), [(1, THING), (2, OTHER)])
def test_of_several_things_the_surest_is_number_1(seen, which, mask):
    assert (of(found("person", "person"), seen, label="person", which=which, grow=0) == mask).all()


def test_things_that_were_given_up_for_surer_ones_on_the_map_go_too(seen):
    hidden = dataclasses.replace(found("person", "person"), map=THING.astype(np.int16))
    assert of(hidden, seen, label="person", grow=0)[OTHER].all()


def test_each_thing_grows_by_its_own_size(seen):
    both = of(found("person", "person"), seen, label="person")
    assert (both == grown(THING) | grown(OTHER)).all()


def test_a_model_that_does_not_tell_things_apart_gives_all_of_the_label(seen):
    asked = seen(found("person", "person", instances=False))
    assert (what_goes(IMAGE, Asked(label="person", quality="fast", grow=0)) == THING | OTHER).all()
    assert asked == [("segmentation", {"quality": "fast"})]


def test_the_background_itself_may_go(seen):
    assert (of(found("person"), seen, label="background", grow=0) == ~THING).all()


def test_what_is_pointed_at_goes(seen):
    asked = seen(Selected(THING))
    assert (what_goes(IMAGE, Asked(at=(35, 25), not_at=["2,3"], grow=0)) == THING).all()
    assert asked == [("selection", {"at": ((35, 25),), "not_at": ("2,3",)})]


@pytest.mark.parametrize("said", ["35,25", (35, 25), ["35,25"], [(35, 25)]])
def test_one_point_may_come_alone_or_in_a_list(said):
    assert Asked(at=said).at in (("35,25",), ((35, 25),))


def test_a_mask_can_be_a_file_in_which_all_but_black_goes(tmp_path):
    save_image(tmp_path / "mask.png", np.repeat(THING[..., None], 3, axis=2).astype(np.uint8))
    assert (what_goes(IMAGE, Asked(mask=str(tmp_path / "mask.png"), grow=0)) == THING).all()


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ({"label": "person"}, "instances.coco"),
        ({"label": "person", "quality": "fast"}, "deeplab_v3.voc"),
        ({"at": "3,4"}, "hrnet18_ocr64.cocolvis"),
        ({"mask": "m.png"}, None),
    ],
)
def test_the_model_is_the_one_that_finds_what_goes(said, model):
    assert Asked(**said).model == model


@pytest.mark.parametrize(("said", "came"), [({}, "none of them"), ({"label": "cat", "mask": "m"}, "label and mask")])
def test_it_must_be_said_what_goes_and_in_one_way(said, came):
    with pytest.raises(OptionError, match=rf"one of at \(a point\), label or mask; got {came}"):
        Asked(**said)


@pytest.mark.parametrize("said", [{"at": "1,2"}, {"label": "cat", "quality": "fast"}])
def test_which_needs_a_label_and_a_model_that_tells_things_apart(said):
    with pytest.raises(OptionError, match="which tells things of one label apart: it needs a label, and the quality"):
        Asked(**said, which=2)


@pytest.mark.parametrize(("wrong", "told"), [({"which": 0}, "at least 1; got 0"), ({"grow": -1}, "at least 0; got -1")])
def test_numbers_out_of_range_are_refused(wrong, told):
    with pytest.raises(OptionError, match=told):
        Asked(label="person", **wrong)


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(InputError, match=r"height and width \(60, 80\); got one of \(80, 60\)"):
        what_goes(IMAGE, Asked(mask="drawn"), THING.T)


def test_a_black_mask_is_refused():
    with pytest.raises(InputError, match=r"black all over.*Make white what goes"):
        what_goes(IMAGE, Asked(mask="drawn"), np.zeros((60, 80), bool))


@pytest.mark.parametrize(
    ("things", "told"),
    [
        (found("person", "person"), r"person \(2\)\. Name"),
        (found("dog", "person"), r"dog, person\."),
        (found("person", "dog", instances=False), r"person, dog\."),
        (found(), "nothing known"),
    ],
)
def test_a_label_that_is_nowhere_in_the_picture_is_told_with_what_is(seen, things, told):
    with pytest.raises(InputError, match=f"No cat is to be seen, but: {told}"):
        of(things, seen, label="cat")


def test_a_number_beyond_the_things_that_are_there_is_told(seen):
    with pytest.raises(InputError, match=r"Of the label person, 2 can be seen; 3 is none of them\. Say a lower one"):
        of(found("person", "person"), seen, label="person", which=3)


def test_an_unknown_label_is_refused(seen):
    with pytest.raises(OptionError, match=r"no label called 'persn'\. Did you mean 'person'"):
        of(found("person"), seen, label="persn")


def test_points_where_nothing_is_are_told(seen):
    with pytest.raises(InputError, match="Nothing was found at the points given"):
        of(Selected(np.zeros((60, 80), bool)), seen, at=(1, 1))


def test_a_mask_grows_by_a_share_of_the_diagonal():
    large = np.zeros((300, 400), bool)
    large[100:200, 100:200] = True
    assert (grown(large) == grown(large, 6)).all()


def test_the_mask_of_a_small_thing_grows_less():
    small = np.zeros((300, 400), bool)
    small[100:110, 100:110] = True
    assert (grown(small) == grown(small, 2)).all()


def test_a_grown_mask_is_round():
    dot = np.zeros((21, 21), bool)
    dot[10, 10] = True
    rows, columns = np.mgrid[-10:11, -10:11]
    assert (grown(dot, 7) == (rows**2 + columns**2 <= 49)).all()


def test_a_mask_that_may_not_grow_stays_and_is_a_new_one():
    same = grown(THING, 0)
    assert (same == THING).all()
    assert not np.shares_memory(same, THING)


def test_a_mask_grows_as_far_at_the_border_as_in_the_middle():
    corner = np.zeros((40, 50), bool)
    corner[0, 0] = True
    rows, columns = np.mgrid[:40, :50]
    assert (grown(corner, 7) == (rows**2 + columns**2 <= 49)).all()
