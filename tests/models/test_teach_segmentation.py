"""How segmentation is taught: rows, moves, figures, comparison."""

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from opsin.core.errors import DataError, UnknownNameError
from opsin.core.placement import letterboxed, stretched
from opsin.data.regions import IGNORED, regions
from opsin.data.things import as_truth
from opsin.models import TEACHERS
from opsin.weights.card import Card

TEACHER = TEACHERS.get("segmentation")
SIZE = (32, 48)
CARD = Card(name="few", task="segmentation", summary="", labels=("a", "b", "c"), input_size=SIZE, licence="")


class Held:
    """A map in memory."""

    def __init__(self, laid):
        self.laid = laid

    def map(self):
        return self.laid

    def digest(self):
        return self.laid.tobytes()


def truth(seed, size=SIZE):
    cells = np.random.default_rng(seed).integers(0, 3, (size[0] // 8, size[1] // 8))
    return regions(Held(np.kron(cells, np.ones((8, 8))).astype(np.uint8)))


def rows(pictures, places=None):
    places = places or [stretched(each.size, SIZE) for each in pictures]
    return TEACHER.encode(as_truth(pictures), places, 3)


def said(row, logit=5.0):
    return ((np.arange(3) == row[..., None]) * logit).astype(np.float32)


def test_rows_are_the_maps_themselves_where_the_input_has_their_size():
    pictures = [truth(0), truth(1)]
    assert (rows(pictures) == [each.map() for each in pictures]).all()


def test_a_larger_map_is_read_at_the_middle_of_each_pixel():
    double = regions(Held(np.kron(truth(0).map(), np.ones((2, 2))).astype(np.uint8)))
    assert (rows([double])[0] == truth(0).map()).all()


def test_nothing_is_said_of_what_lies_beside_the_picture():
    wide = truth(0, (16, 48))
    (row,) = rows([wide], [letterboxed((16, 48), SIZE)])
    assert (np.sort(np.unique((row == IGNORED).sum(axis=0)))).tolist() == [16]


def test_a_map_of_another_size_than_its_picture_is_refused():
    with pytest.raises(DataError, match=r"A map must have the size of its picture, \(10, 10\); got \(32, 48\)"):
        rows([truth(0)], [stretched((10, 10), SIZE)])


def test_what_was_encoded_is_what_a_network_that_knows_it_answers():
    encoded = rows([truth(0), truth(1)])
    assert TEACHER.figures([(said(encoded), encoded)]) == {"mean_iou": 1.0, "accuracy": 1.0}
    assert TEACHER.quality(said(encoded), encoded) == 1.0


def test_mean_iou_is_scikit_learns_over_the_pixels_that_are_known():
    encoded = rows([truth(0), truth(1)])
    encoded[:, :4] = IGNORED
    told = np.random.default_rng(0).integers(0, 3, encoded.shape)
    is_known = encoded != IGNORED
    expected = jaccard_score(encoded[is_known], told[is_known], average="macro")
    assert TEACHER.figures([(said(told), encoded)])["mean_iou"] == pytest.approx(expected)


def test_the_loss_is_named_and_may_be_a_sum():
    encoded = rows([truth(0)])
    wrong = said((encoded + 1) % 3)
    loss = TEACHER.loss({"loss": "focal + boundary"}, SIZE)
    assert loss.parts == ("focal", "boundary")
    assert TEACHER.loss({"loss": "auto"}, SIZE).parts == ("crossentropy", "dice")
    assert float(loss(encoded, wrong)) > float(loss(encoded, said(encoded)))


def test_another_loss_is_refused():
    with pytest.raises(UnknownNameError, match="'hinge'"):
        TEACHER.loss({"loss": "hinge"}, SIZE)


@pytest.mark.parametrize("flips", ["no", "yes", "all"])
def test_the_map_moves_with_the_picture(flips):
    laid = truth(3).map()
    image = np.repeat((laid * 100)[..., None], 3, axis=2).astype(np.uint8)
    move = TEACHER.mover("strong", SIZE, flips)
    for seed in range(8):
        moved, row = move(lambda _: (image, laid), 0, 1, np.random.default_rng(seed))
        is_inside = row != IGNORED
        agrees = np.abs(moved[..., 0] / 100 - row)[is_inside] < 0.5
        assert agrees.mean() > 0.85  # edges are smoothed in the picture


def test_with_nothing_to_change_there_is_no_mover():
    assert TEACHER.mover("none", SIZE, "yes") is None


def test_comparing_counts_places_with_the_same_label():
    encoded = rows([truth(0)])
    other = encoded.copy()
    other[0, 0, :] = (other[0, 0, :] + 1) % 3
    assert TEACHER.agreement(said(encoded), said(encoded)) == 1.0
    assert TEACHER.agreement(said(encoded), said(other)) == pytest.approx(1 - 1 / SIZE[0])
    assert TEACHER.variety(said(encoded)) == 3


def test_the_card_gets_its_figures():
    encoded = rows([truth(0)])
    card = TEACHER.finish(CARD, [(said(encoded), encoded)])
    assert card.measured["mean IoU on the validation pictures"] == 1.0
