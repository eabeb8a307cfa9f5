"""How detection is taught: rows, figures, calibration, comparison."""

import numpy as np
import pytest

from opsin.core.placement import stretched
from opsin.data.things import Things, as_truth
from opsin.media.fitting import fitted
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
from opsin.models import TEACHERS
from opsin.models._detector_network import places
from opsin.models.teach_detection import best, is_right, things_of
from opsin.weights.card import Card

TEACHER = TEACHERS.get("detection")
SIZE = (64, 96)
CARD = Card(name="few", task="detection", summary="", labels=("a", "b"), input_size=SIZE, licence="")


def truth(seed: int, count: int = 4) -> Things:
    """Things in a picture (128, 192), far enough apart not to overlap."""
    random = np.random.default_rng(seed)
    cells = random.choice(12, count, replace=False)
    corners = np.stack([cells % 4 * 48, cells // 4 * 40], 1) + random.uniform(0, 8, (count, 2))
    boxes = np.concatenate([corners, corners + random.uniform(16, 30, (count, 2))], 1)
    return Things(boxes, random.integers(0, 2, count))


def rows(pictures):
    at = [stretched((128, 192), SIZE) for _ in pictures]
    return TEACHER.encode(as_truth(pictures), at, 2)


def said(encoded, logit=6.0):
    """Raw answers (n, p, 6) of a network that knows the rows by heart."""
    middles = places(SIZE)
    raw = np.full((len(encoded), len(middles), 6), -9.0)
    raw[..., :4] = np.tile(middles, 2) + np.array([-1, -1, 1, 1])
    for answer, row in zip(raw, encoded, strict=True):
        for thing in row[row[:, 5] != 0]:
            nearest = np.abs(middles - (thing[:2] + thing[2:4]) / 2).sum(axis=1).argmin()
            answer[nearest, :4] = thing[:4]
            answer[nearest, 4 + int(thing[4])] = logit
    return raw


def test_rows_hold_the_things_in_pixels_of_the_input():
    pictures = [truth(0), truth(1, 2)]
    encoded = rows(pictures)
    assert encoded.shape == (2, 4, 6)
    for row, things in zip(encoded, pictures, strict=True):
        held = things_of(row)
        order = np.lexsort(held.boxes.T), np.lexsort(things.boxes.T)
        assert held.boxes[order[0]] * 2 == pytest.approx(things.boxes[order[1]], rel=1e-5)


def test_a_picture_without_things_has_an_empty_row():
    assert len(things_of(rows([Things(np.zeros((0, 4)), np.zeros(0)), truth(0)])[0])) == 0


def test_of_a_thing_over_the_border_what_is_inside_counts_and_one_outside_not_at_all():
    things = Things(np.array([[-20, 0, 20, 40], [300, 0, 320, 20.0]]), np.array([0, 1]))
    assert things_of(rows([things])[0]).boxes.tolist() == [[0, 0, 10, 20]]


def test_of_very_many_things_the_largest_are_learned_and_it_is_said(caplog):
    sides = np.linspace(1, 20, 310)[:, None]
    corners = np.tile([[5.0, 5.0]], (310, 1))
    many = Things(np.concatenate([corners, corners + sides], 1), np.zeros(310))
    held = things_of(rows([many])[0])
    assert len(held) == 300
    assert (held.boxes[:, 2] - held.boxes[:, 0]).min() * 2 >= sides[9] - 1e-3
    assert "A picture has 310 things; of each picture the 300 largest count." in caplog.text


def test_crowds_stay_crowds():
    crowd = Things(np.array([[0, 0, 50, 50.0]]), np.array([1]), np.array([True]))
    assert things_of(rows([crowd])[0]).is_crowd.tolist() == [True]


@pytest.mark.parametrize("seed", range(5))
def test_what_was_encoded_is_read_back(seed):
    things = truth(seed)
    found = best(said(rows([things]))[0])
    order = np.lexsort(found.boxes.T), np.lexsort(things.boxes.T)
    assert found.boxes[order[0]] * 2 == pytest.approx(things.boxes[order[1]], rel=1e-4)
    assert np.asarray(found.labels)[order[0]].tolist() == things.labels[order[1]].tolist()


def test_a_network_that_knows_all_has_an_ap_of_one_and_next_to_no_loss():
    encoded = rows([truth(seed) for seed in range(3)])
    assert TEACHER.figures([(said(encoded), encoded)]) == pytest.approx({"AP": 1, "AP50": 1, "AP75": 1})
    assert TEACHER.quality(said(encoded), encoded) == pytest.approx(1)


def test_figures_of_batches_are_those_of_all_at_once():
    encoded = rows([truth(seed) for seed in range(4)])
    raw = said(encoded)
    raw[1:3, :, 4:] = raw[1:3, :, 5:3:-1]  # two pictures with the wrong labels
    halves = TEACHER.figures([(raw[:2], encoded[:2]), (raw[2:], encoded[2:])])
    assert halves == TEACHER.figures([(raw, encoded)])
    assert 0 < halves["AP"] < 1


def test_the_finished_card_has_scores_that_say_how_often_a_box_is_right():
    random = np.random.default_rng(0)
    encoded = rows([truth(seed, 6) for seed in range(60)])
    raw = said(encoded, logit=0.0)
    sure = raw[..., 4:] == 0
    raw[..., 4:][sure] = random.normal(0, 2, sure.sum())
    right = random.random(sure.sum()) < 1 / (1 + np.exp(-(1.5 * raw[..., 4:][sure] - 1)))
    labels = raw[..., 4:][sure.any(axis=2)]
    raw[..., 4:][sure.any(axis=2)] = np.where(right[:, None], labels, labels[:, ::-1])
    card = TEACHER.finish(CARD, [(raw, encoded)])
    assert (1 / card.temperature, card.offset) == pytest.approx((1.5, -1), abs=0.4)
    assert set(card.measured) == {"AP on the validation pictures", "AP50 on the validation pictures"}


def test_only_the_first_box_on_a_thing_is_right_and_only_with_its_label():
    thing = TrueBoxes(np.array([[0, 0, 10, 10.0]]), np.array([1]))
    boxes = np.tile([[0, 0, 10, 10.0]], (4, 1))
    boxes[3] += 50
    told = PredictedBoxes(boxes, np.array([0, 1, 1, 1]), np.array([0.9, 0.8, 0.7, 0.6]))
    assert is_right(told, thing).tolist() == [False, True, False, False]


def test_two_networks_agree_where_boxes_and_labels_are_the_same():
    encoded = rows([truth(seed) for seed in range(3)])
    one = said(encoded)
    other = one.copy()
    other[0, :, 4:] = other[0, :, 5:3:-1]
    assert TEACHER.agreement(one, one) == 1
    assert TEACHER.agreement(one, other) == pytest.approx(8 / 12)
    assert TEACHER.variety(one) == 12


def test_pixels_and_logits_are_compared_apart():
    raw = said(rows([truth(0)]))
    boxes, logits = TEACHER.parts(raw)
    assert (boxes.shape[-1], logits.shape[-1]) == (4, 2)


def test_moved_pictures_take_their_rows_with_them():
    image = np.zeros((128, 192, 3), np.uint8)
    things = truth(2)
    for x0, y0, x1, y1 in things.boxes.astype(int):
        image[y0:y1, x0:x1] = 255
    read = (fitted(image, SIZE, 3, "squeeze")[0], rows([things])[0])
    move = TEACHER.mover("light", SIZE, "all")
    pixels, row = move(lambda _: read, 0, 1, np.random.default_rng(0))
    for x0, y0, x1, y1 in things_of(row).boxes:
        assert pixels[int(y0) + 3 : int(y1) - 2, int(x0) + 3 : int(x1) - 2].min(initial=255) > 200


def test_without_augmentation_pictures_are_not_moved():
    assert TEACHER.mover("none", SIZE, "yes") is None
