"""Plots of a captioner's answers, as the bytes of PNG files."""

from __future__ import annotations

import numpy as np

from opsin.metrics.calibration import Reliability
from opsin.metrics.coverage import kept_means
from opsin.reports._axes import FAINT, FIRST, INK, SECOND, legend, new_figure, png, reliability_bars
from opsin.reports._captioning_judged import Floats

FEWEST = 20
"""Captions of which a mean is drawn: of fewer it is luck."""


def agreement_plot(found: Reliability) -> bytes:
    """How often people agree with captions of each range of scores, and how many there are."""
    names = ("people agree", "share that people agree with", "score of the caption")
    figure, top = reliability_bars(found, names)
    legend(top, "upper left")
    return png(figure)


def kept_plot(cider_d: Floats, scores: Floats, said: float) -> bytes:
    """Mean CIDEr-D of the surest captions over the share that is kept, beside the best order that there could be.

    Args:
        cider_d: (n,) of each caption.
        scores: (n,) of each caption.
        said: share of the captions that the model is sure of.
    """
    figure, axes = new_figure(5.4, 5.2)
    count = len(cider_d)
    begin = min(FEWEST, count) - 1
    shares = np.arange(1, count + 1)[begin:] / count
    best, kept = (kept_means(cider_d, order)[begin:] for order in (cider_d, scores))
    axes.plot(shares, best, color=FAINT, linestyle="--", linewidth=1.2, label="sorted by CIDEr-D itself")
    axes.plot(shares, kept, color=FIRST, linewidth=2.2, label="the surest, by score")
    axes.axhline(cider_d.mean(), color=INK, linestyle=":", linewidth=1.2, label="in any order")
    if 0 < said < 1:
        axes.axvline(said, color=SECOND, linestyle="--", linewidth=1.2, label="to the left: said")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("share of the captions that is kept")
    axes.set_ylabel("their mean CIDEr-D")
    legend(axes, "best")
    return png(figure)
