"""What all plots of reports are made of: paper, lines, letters, PNG files.

They are drawn on white paper; a page on dark ground inverts them, which keeps their hues.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from opsin.metrics.calibration import Reliability
from opsin.metrics.curves import Floats, mean_known

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150
LONGEST_NAME = 22
"""Letters of a label that a plot shows."""

LINES = 10
"""With up to so many labels, each has its own colour among the curves; of more, the worst have."""


Corner = Literal["upper left", "lower left", "lower right", "best"]


PAPER, INK, FAINT = "#ffffff", "#1c1c1e", "#c9c9ce"
FIRST, SECOND = "#0072b2", "#d55e00"
"""Of what matters, and of what it is compared with."""

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#9a7d0a", "#7a5cc4", "#8c564b", "#7f7f7f")
"""Of single labels; Okabe and Ito's, and four more."""


def shown(label: str, number: int) -> str:
    """A label as a plot can write it: not too long, and by its number where the font lacks a letter of it."""
    if any(ord(letter) not in _letters() for letter in label if not letter.isspace()):
        return f"label {number}"
    line = " ".join(label.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


@functools.cache
def _letters() -> frozenset[int]:
    """What matplotlib's own font can write."""
    from matplotlib import font_manager

    path = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans"))
    return frozenset(font_manager.get_font(path).get_charmap())


def new_figure(width: float, height: float, rows: tuple[int, ...] = (1,)) -> tuple[Figure, Any]:
    """A figure of so many inches, and its axes. It belongs to nobody else: several threads may draw at once."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), dpi=DOTS_PER_INCH, layout="constrained", facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(rows), 1, squeeze=False, height_ratios=rows)[:, 0]
    for each in axes:
        _colour(each)
    return figure, axes[0] if len(rows) == 1 else axes


def _colour(axes: Axes) -> None:
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=INK, labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side, spine in axes.spines.items():
        spine.set_color(FAINT)
        spine.set_visible(side in ("left", "bottom"))


def draw_lines(axes: Axes, x: Floats, rows: Floats, areas: Floats, labels: Sequence[str]) -> None:
    """A line for each label that has one, (k, m) over x (m,); the mean on top. Of many labels the worst are named."""
    known = np.flatnonzero(~np.isnan(areas))
    worst = known[np.argsort(areas[known], kind="stable")]
    named = np.sort(worst) if len(known) <= LINES else worst[: LINES // 2]
    for label in np.setdiff1d(known, named):
        axes.plot(x, rows[label], color=FAINT, linewidth=0.6, alpha=0.6)
    for number, label in enumerate(named):
        said = f"{areas[label]:.3f} {shown(labels[label], label)}"
        style = "-" if number < LINES // 2 else "--"
        axes.plot(x, rows[label], style, color=COLOURS[number], linewidth=1.1, label=said)
    mean, mean_area = mean_known(rows), mean_known(areas)
    if mean is not None and mean_area is not None:
        axes.plot(x, mean, color=INK, linewidth=2.2, label=f"{float(mean_area):.3f} mean")


def reliability_bars(found: Reliability, names: tuple[str, str, str]) -> tuple[Figure, Axes]:
    """The share that is right for each range of scores, below it how many there are; and the upper axes, to add to.

    Args:
        found: by range of scores.
        names: of the upper bars, of the share, and of the score.
    """
    bars, share, score = names
    figure, axes = new_figure(5.4, 5.6, rows=(3, 1))
    top, bottom = axes
    width = 1 / len(found.score)
    middles = (np.arange(len(found.score)) + 0.5) * width
    top.plot([0, 1], [0, 1], color=INK, linestyle=":", linewidth=1.2, label="perfect")
    top.bar(middles, found.right, width * 0.9, color=FIRST, alpha=0.75, label=bars)
    top.set_ylabel(share)
    top.set_ylim(0, 1.02)
    bottom.bar(middles, found.pictures, width * 0.9, color=FIRST, alpha=0.75)
    bottom.set_ylabel("pictures")
    bottom.set_xlabel(score)
    for each in axes:
        each.set_xlim(0, 1)
    return figure, top


def finish_curves(axes: Axes, place: Corner) -> None:
    """The ends of two axes of shares, and the legend."""
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(0, 1.02)
    legend(axes, place)


def legend(axes: Axes, place: Corner) -> None:
    """The names of the lines, where there are any."""
    if not axes.get_legend_handles_labels()[0]:  # where one label only occurs, there is nothing to tell apart
        return
    drawn = axes.legend(loc=place, fontsize=8, facecolor=PAPER, edgecolor=FAINT, labelcolor=INK, framealpha=0.8)
    for text in drawn.get_texts():
        text.set_parse_math(False)


def png(figure: Figure) -> bytes:
    """The bytes of its file, without a date or a version, so that equal plots are equal files."""
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
