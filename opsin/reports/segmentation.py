"""How good a segmenter is: its figures, plots and page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from opsin.core.options import Options
from opsin.data.dataset import Dataset
from opsin.metrics.overlap_cases import FIGURES
from opsin.reports._files import csv_text, write_json, write_text
from opsin.reports._plots import confusion_plot
from opsin.reports._report import REPORTS, Answers, Figures, Report
from opsin.reports._segmentation_figures import MEANINGS, mean_over_pictures, segmentation_figures
from opsin.reports._segmentation_judged import JudgedMap, JudgedMaps, check_maps, judged_map, judged_maps
from opsin.reports._segmentation_page import segmentation_page
from opsin.reports._slices import check_slices
from opsin.tasks.segmentation import Segmentation, SegmentationOptions
from opsin.weights.card import Card


class SegmentationReport(Report):
    """Figures of all pixels and picture by picture in metrics.json; cases.csv; the confusion by pixel; report.html."""

    task: ClassVar[str] = "segmentation"
    options: ClassVar[Options | None] = SegmentationOptions()
    findings_title: ClassVar[str] = "Most often confused, in pixels"
    meanings: ClassVar[Mapping[str, str]] = MEANINGS
    files: ClassVar[tuple[str, ...]] = ("metrics.json", "cases.csv", "report.html", "confusion_matrix.png")

    def __init__(self, answers: Answers, slices: Sequence[str] = ()) -> None:
        super().__init__(answers, slices)
        self._judged = judged_maps(answers)
        self._figures = segmentation_figures(self._judged, slices)

    @classmethod
    def check(cls, card: Card, data: Dataset, slices: Sequence[str]) -> None:
        """Whether the labels are the same and all columns are known."""
        check_maps(card, data)
        check_slices(data, slices)

    @classmethod
    def kept(cls, data: Dataset, index: int, result: Segmentation) -> JudgedMap:
        """What follows from the answer; its map is packed."""
        return judged_map(data, index, result)

    @property
    def figures(self) -> Figures:
        """Those of `meanings`."""
        return self._figures

    def headline(self) -> list[tuple[str, str, str]]:
        """Overlap over all pixels and over pictures, edges, and the share of pixels that are right."""
        figures = self.figures
        low, high = figures["intervals"]["mean_iou"]
        said = f"over labels, all pixels together; 95 % interval {low:.3f} to {high:.3f}"
        cells = [("mean IoU", f"{figures['mean_iou']:.3f}", said)]
        cells += [("mean Dice", f"{figures['mean_dice']:.3f}", "over labels, all pixels together")]
        for name, title, unit in (("dice", "Dice, by picture", ""), ("hausdorff95", "Hausdorff 95", " pixels")):
            if found := mean_over_pictures(self._judged, name):
                mean, (low, high) = found
                cells.append((title, f"{mean:.3f}", f"mean over pictures; {low:.3f} to {high:.3f}{unit}"))
        return [*cells, ("accuracy", f"{figures['accuracy']:.1%}", "of the pixels are right")]

    def findings(self) -> list[tuple[str, str]]:
        """The labels that are confused most often."""
        return [
            (f"{pair['label']}, called {pair['predicted']}", f"{pair['count']:,} ({pair['share']:.1%} of its pixels)")
            for pair in self.figures["confused"][:5]
        ]

    def write(self, folder: Path) -> None:
        """metrics.json, cases.csv, the plot, and report.html."""
        plots = {"confusion_matrix.png": confusion_plot(self._judged.confusion, self._judged.labels)}
        for name, data in plots.items():
            (folder / name).write_bytes(data)
        write_json(folder / "metrics.json", self.figures)
        write_text(folder / "cases.csv", csv_text(rows(self._judged)))
        write_text(folder / "report.html", segmentation_page(self._judged, self.figures, self.headline(), plots))


def rows(judged: JudgedMaps) -> Iterator[dict[str, Any]]:
    """One row for each picture and label that truth or answer have, in the order of the data, for cases.csv."""
    for index, each in enumerate(judged.each):
        name, figures = judged.answers.data.pictures.name(index), each.figures
        for number in np.flatnonzero(~np.isnan(figures.iou)):
            told = {figure: f"{getattr(figures, figure)[number]:.6g}" for figure in FIGURES}
            true, found = each.confusion[number].sum(), each.confusion[:, number].sum()
            yield {"image": name, "label": judged.labels[number], "true_pixels": true, "found_pixels": found} | told


REPORTS.add(SegmentationReport.task, SegmentationReport)
