import io

import numpy as np
import pytest
from PIL import Image

from opsin.metrics.average_precision import box_curves
from opsin.metrics.box_counts import found_at
from opsin.metrics.box_outcomes import box_outcomes
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
from opsin.reports._detection_plots import box_precision_recall_plot, counts_plot, f1_plot

NOTHING = np.zeros((0, 4))


def outcomes(labels, boxes=40):
    random = np.random.default_rng(0)
    cells = np.array([[20 * number, 0, 20 * number + 10, 10.0] for number in range(boxes)])
    named = random.integers(0, max(labels, 1), boxes)
    called = np.where(random.random(boxes) < 0.7, named, 0)
    return box_outcomes(
        [TrueBoxes(cells, named)], [PredictedBoxes(cells, called, random.random(boxes))], np.arange(labels)
    )


def colours(data):
    return len(np.unique(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).reshape(-1, 3), axis=0))


@pytest.mark.parametrize("labels", [1, 3, 12])
def test_curves_of_any_number_of_labels_are_drawn(labels):
    found = outcomes(labels)
    assert colours(box_precision_recall_plot(box_curves(found), [f"$label {n}" for n in range(labels)])) > 10
    assert colours(f1_plot(found_at(found))) > 10


def test_where_nothing_is_true_they_are_drawn_too():
    empty = box_outcomes([TrueBoxes(NOTHING, [])], [PredictedBoxes(NOTHING, [], [])], np.arange(2))
    assert box_precision_recall_plot(box_curves(empty), ["a", "b"])
    assert f1_plot(found_at(empty))
    assert counts_plot(np.zeros(1, int), np.zeros(1, int))


def test_counts_of_many_pictures_are_drawn():
    true, found = np.random.default_rng(0).integers(0, 30, (2, 200))
    assert colours(counts_plot(true, found)) > 10
