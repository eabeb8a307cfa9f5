import io

import numpy as np
import pytest
from PIL import Image

from opsin.metrics.calibration import reliability
from opsin.metrics.curves import label_curves
from opsin.reports import _plots
from opsin.reports._axes import LONGEST_NAME, shown
from opsin.reports._plots import confusion_plot, outside_plot, precision_recall_plot, reliability_plot, roc_plot

NASTY = ("$\\frac$", "_hidden", "a\nb", "猫", "x" * 90, "", "$x$", "&<b>", "%s {0}")


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def case(labels, rows=200):
    random = np.random.default_rng(0)
    truth, scores = random.integers(0, labels, rows), random.dirichlet(np.ones(labels), rows)
    return truth, scores


def confusion(labels):
    return np.random.default_rng(0).integers(0, 5, (labels, labels)) + 20 * np.eye(labels, dtype=int)


def names(labels):
    return [f"label {number}" for number in range(labels)]


@pytest.mark.parametrize("labels", [1, 2, 26, 27, 121])
def test_a_confusion_matrix_of_any_size_is_square_and_no_larger_than_a_screen_can_show(labels):
    height, width, _ = pixels(confusion_plot(confusion(labels), names(labels))).shape
    assert height == width
    assert 600 <= width <= 2400


def test_counts_are_written_into_a_small_confusion_matrix_only(monkeypatch):
    written = []
    monkeypatch.setattr(_plots, "_number_cells", lambda axes, counts, shades: written.append(len(counts)))
    confusion_plot(confusion(_plots.NUMBERED), names(_plots.NUMBERED))
    confusion_plot(confusion(_plots.NUMBERED + 1), names(_plots.NUMBERED + 1))
    assert written == [_plots.NUMBERED]


def test_a_single_mistake_among_many_labels_can_be_seen():
    counts = 1000 * np.eye(200, dtype=int)
    before = pixels(confusion_plot(counts, names(200)))
    counts[150, 20] = 1
    after = pixels(confusion_plot(counts, names(200)))
    assert (before != after).any(axis=2).sum() > 5


def test_a_confusion_matrix_with_an_empty_row_is_drawn():
    assert pixels(confusion_plot(np.array([[3, 1], [0, 0]]), ["a", "b"])).any()


@pytest.mark.parametrize("draw", [roc_plot, precision_recall_plot])
@pytest.mark.parametrize("labels", [2, 11])
def test_curves_of_any_number_of_labels_are_drawn(draw, labels):
    drawn = pixels(draw(label_curves(*case(labels)), names(labels)))
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 10


@pytest.mark.parametrize("draw", [roc_plot, precision_recall_plot])
def test_where_one_label_only_occurs_they_are_drawn_too(draw):
    curves = label_curves(np.zeros(3, int), np.full((3, 2), 0.5))
    assert pixels(draw(curves, ["a", "b"])).any()


def test_any_label_can_be_written_and_none_is_a_formula():
    curves = label_curves(*case(len(NASTY)))
    assert pixels(confusion_plot(confusion(len(NASTY)), NASTY)).any()
    assert pixels(roc_plot(curves, NASTY)).any()


def test_reliability_is_drawn_after_and_before():
    truth, scores = case(3)
    same, other = reliability(scores, truth), reliability(scores[:, ::-1], truth)
    assert (pixels(reliability_plot(same, same)) != pixels(reliability_plot(same, other))).any()


def test_the_threshold_is_drawn_where_there_is_one():
    inside, outside = np.linspace(0.5, 1, 30), np.linspace(0, 0.5, 20)
    assert outside_plot(inside, outside, 0.4) != outside_plot(inside, outside, 0.0)


def test_equal_answers_give_equal_files():
    assert confusion_plot(confusion(3), names(3)) == confusion_plot(confusion(3), names(3))


def test_a_label_is_shown_as_it_is_as_far_as_there_is_room():
    assert shown("T-shirt/top", 3) == "T-shirt/top"
    assert shown("Straßenbahn é", 3) == "Straßenbahn é"
    assert shown("a\n b", 3) == "a b"
    assert len(shown("x" * 90, 3)) == LONGEST_NAME


def test_a_label_whose_letters_the_font_lacks_is_shown_by_its_number():
    assert shown("猫", 3) == "label 3"


def test_matplotlibs_global_state_is_left_alone():
    import matplotlib
    from matplotlib import _pylab_helpers

    before = dict(matplotlib.rcParams)
    confusion_plot(confusion(2), names(2))
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.figs
