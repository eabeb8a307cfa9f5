"""The page of a segmenter's report: what is said, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, check_image
from opsin.data.regions import IGNORED
from opsin.draw.palette import Colour
from opsin.draw.regions import colour_of_region, draw_regions
from opsin.media.geometry import resize
from opsin.reports import _page
from opsin.reports._report import Figures
from opsin.reports._segmentation_figures import MEANINGS, worst_first
from opsin.reports._segmentation_judged import JudgedMaps

WORST = 12
"""Pictures shown, each in three ways."""

PAIRS = 14
"""Confused pairs shown; metrics.json has more."""

SIDE = 360
"""Longest side of a picture on the page, in pixels, when regions are drawn on it."""

RIGHT: Colour = (0, 158, 115)
WRONG: Colour = (213, 94, 0)

Plots = Mapping[str, bytes]
"""PNG files, by name."""


def segmentation_page(
    judged: JudgedMaps, figures: Figures, headline: Sequence[tuple[str, str, str]], plots: Plots
) -> str:
    """The whole page."""
    return _page.answers_page(judged.answers, _parts(judged, figures, headline, plots))


def _parts(
    judged: JudgedMaps, figures: Figures, headline: Sequence[tuple[str, str, str]], plots: Plots
) -> Iterator[str]:
    yield _page.notes(figures["notes"])
    yield _page.figures(headline)
    yield _labels(figures)
    yield _cases(figures)
    yield _worst(judged)
    yield _confused(figures, plots)
    yield _regions(figures)
    yield _slices(figures)
    entries = [(name, said) for name, said in MEANINGS.items() if name in figures]
    yield _page.section("What the figures mean", "Names as in metrics.json.", _page.meanings(entries))


def _labels(figures: Figures) -> str:
    labels = figures["labels"]
    order = sorted(labels, key=lambda label: (labels[label]["iou"] is None, labels[label]["iou"]))
    names = ("iou", "dice", "precision", "recall")
    lines = [(label, *(labels[label][name] for name in names), _percent(labels[label]["share"])) for label in order]
    said = "The worst first, over the pixels of all pictures together."
    return _page.section(
        "Each label", said, _page.table(("label", "IoU", "Dice", "precision", "recall", "of all pixels"), lines)
    )


def _cases(figures: Figures) -> str:
    lines = [
        (label, *(_over(each[name]) for name in ("dice", "iou", "hausdorff95", "boundary_f")), _pictures(each))
        for label, each in figures["cases"].items()
        if each["dice"] is not None
    ]
    said = (
        "Means over the pictures that have the label, and between which values they plausibly lie (95 %). Hausdorff 95 "
        "is in pixels: within so many, 95 % of either edge have the other. Edge F1 counts edges right within 2 pixels."
    )
    head = ("label", "Dice", "IoU", "Hausdorff 95", "edge F1", "pictures")
    return _page.section("Picture by picture", said, _page.table(head, lines))


def _over(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "—"
    low, high = found["interval"]
    return f"{found['mean']:.3f} ({low:.3f} to {high:.3f})"


def _pictures(each: Mapping[str, Any]) -> int:
    return int(each["dice"]["pictures"])


def _worst(judged: JudgedMaps) -> str:
    shown = [picture for index in worst_first(judged)[:WORST] for picture in _three(judged, index)]
    said = (
        "The lowest mean IoU first. Of each picture: what is true, what was answered, and where they differ (orange: "
        "wrong; green: right; as it is: nothing is said)."
    )
    legend = _page.legend((colour_of_region(number), label) for number, label in enumerate(judged.labels))
    return _page.section("Worst pictures", said, legend, _page.pictures(shown))


def _three(judged: JudgedMaps, index: int) -> Iterator[str]:
    pictures, each = judged.answers.data.pictures, judged.each[index]
    image, name = check_image(pictures[index]), pictures.name(index)
    truth, told = judged.answers.data.truth[index].map(), each.map()
    colours: list[Colour | None] = [colour_of_region(number) for number in range(len(judged.labels))]
    true = np.where(truth == IGNORED, -1, truth.astype(np.int16))
    wrong = np.where(true < 0, -1, (true != told).astype(np.int16))
    yield _page.picture(_drawn(image, true, colours), name, [("", "true")])
    yield _page.picture(
        _drawn(image, told.astype(np.int16), colours), name, [("wrong", f"mean IoU {each.mean_iou:.3f}")]
    )
    yield _page.picture(_drawn(image, wrong, [RIGHT, WRONG]), name, [("", "where they differ")])


def _drawn(image: Image, numbers: NDArray[np.int16], colours: Sequence[Colour | None]) -> Image:
    """Small enough for the page before anything is drawn."""
    scale = min(1.0, SIDE / max(image.shape[:2]))
    size = max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale))
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp) for new, old in zip(size, numbers.shape, strict=True)
    )
    return draw_regions(resize(image, size), numbers[rows[:, None], columns], colours)


def _confused(figures: Figures, plots: Plots) -> str:
    lines = [
        (pair["label"], pair["predicted"], f"{pair['count']:,}", f"{pair['share']:.1%}")
        for pair in figures["confused"][:PAIRS]
    ]
    said = "Each row is a true label, each column what its pixels were called; the darker, the larger its share."
    matrix = _page.plot(plots["confusion_matrix.png"], "Confusion matrix: true labels of pixels by predicted ones.")
    shown = _page.table(("true label", "called", "pixels", "share"), lines) if lines else ""
    return _page.section("Most often confused" if lines else "No label was taken for another", said, shown + matrix)


def _regions(figures: Figures) -> str:
    lines = [(name, each["regions"], each["iou"], each["dice"]) for name, each in figures["regions"].items()]
    said = "Whether what is small in a picture is found as well as what is large: means over labels in pictures."
    return _page.section("Sizes", said, _page.table(("a label covers", "how many", "IoU", "Dice"), lines))


def _slices(figures: Figures) -> str:
    lines = [
        (column, name, part["pictures"], part["mean_iou"], part["accuracy"])
        for column, parts in figures["slices"].items()
        for name, part in parts.items()
    ]
    if not lines:
        return ""
    said = "Whether some pictures are answered worse than others; of few pictures, by chance alone."
    return _page.section("Slices", said, _page.table(("by", "which", "pictures", "mean IoU", "accuracy"), lines))


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"
