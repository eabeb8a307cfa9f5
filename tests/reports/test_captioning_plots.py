"""Plots of a captioner's answers."""

import io

import numpy as np
import pytest
from PIL import Image

from opsin.metrics.calibration import reliability
from opsin.reports._captioning_plots import FEWEST, agreement_plot, kept_plot


def drawn(data):
    """The pixels of a PNG file."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def has(pixels, colour):
    """Whether a colour is drawn."""
    return bool((pixels == colour).all(axis=-1).any())


THRESHOLD, SURE = (213, 94, 0), (0, 114, 178)


def test_the_threshold_is_drawn_where_it_tells_captions_apart():
    figures, scores = np.random.default_rng(0).random((2, 100))
    assert has(drawn(kept_plot(figures, scores, 0.4)), THRESHOLD)
    assert not has(drawn(kept_plot(figures, scores, 1.0)), THRESHOLD)
    assert not has(drawn(kept_plot(figures, scores, 0.0)), THRESHOLD)


@pytest.mark.parametrize("count", [1, 2, FEWEST, FEWEST + 1])
def test_few_captions_are_drawn_too(count):
    figures, scores = np.random.default_rng(0).random((2, count))
    assert drawn(kept_plot(figures, scores, 0.5)).shape[2] == 3


def test_scores_that_can_be_believed_follow_the_line():
    scores = np.repeat([0.25, 0.75], 100)
    truth = np.concatenate([np.arange(100) >= 25, np.arange(100) >= 75]).astype(int)
    right = reliability(np.stack([scores, np.zeros(200)], axis=1), truth)
    assert right.right[right.pictures > 0] == pytest.approx([0.25, 0.75])
    assert len(agreement_plot(right)) > 10_000
