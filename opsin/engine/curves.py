"""The course of a training as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from opsin.store.files import write_atomically


def draw_curves(path: Path, history: Sequence[Mapping[str, float]]) -> None:
    """Writes a PNG with a panel for each figure, training and validation together, over the epochs."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    names = [name for name in dict.fromkeys(name for row in history for name in row) if _is_figure(name)]
    figure = Figure(figsize=(5 * max(1, len(names)), 3.6), layout="constrained", dpi=100)
    FigureCanvasAgg(figure)
    for axes, name in zip(figure.subplots(1, max(1, len(names)), squeeze=False)[0], names, strict=False):
        for column, said in ((name, "training"), (f"val_{name}", "validation")):
            points = [(row["epoch"], row[column]) for row in history if column in row]
            if points:
                axes.plot(*zip(*points, strict=True), marker="o", markersize=3, label=said)
        axes.set(title=name, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    with write_atomically(path) as file:
        figure.savefig(file, format="png")


def _is_figure(name: str) -> bool:
    return name not in ("epoch", "seconds", "cpu_seconds") and not name.startswith("val_")
