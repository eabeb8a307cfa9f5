"""How good a detector is: its figures, plots and page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from opsin.core.boxes import coco_from_xyxy
from opsin.core.options import Options
from opsin.data.dataset import Dataset
from opsin.metrics.box_outcomes import MOST
from opsin.metrics.box_table import PredictedBoxes
from opsin.reports._detection_figures import MEANINGS, detection_figures
from opsin.reports._detection_judged import JudgedBoxes, check_labels, judged_boxes
from opsin.reports._detection_page import detection_page
from opsin.reports._detection_plots import box_precision_recall_plot, counts_plot, f1_plot
from opsin.reports._files import csv_text, write_json, write_text
from opsin.reports._plots import confusion_plot
from opsin.reports._report import REPORTS, Answers, Figures, Report
from opsin.reports._slices import check_slices
from opsin.tasks.detection import DetectionOptions
from opsin.weights.card import Card

PLOTS = ("confusion_matrix.png", "precision_recall.png", "f1.png", "counts.png")

BACKGROUND = "(background)"


class DetectionReport(Report):
    """COCO's figures, equal to pycocotools', in metrics.json; boxes in predictions.json and .csv; plots; report.html.

    predictions.json is what COCO's own tools read: boxes as left, top, width, height, with the picture's number (its
    name where that is one, as in COCO) and that of the label, from 1; the names of both stand beside them.
    """

    task: ClassVar[str] = "detection"
    options: ClassVar[Options | None] = DetectionOptions(min_score=0.001, limit=MOST)
    findings_title: ClassVar[str] = "Most often wrong"
    meanings: ClassVar[Mapping[str, str]] = MEANINGS
    files: ClassVar[tuple[str, ...]] = ("metrics.json", "predictions.json", "predictions.csv", "report.html", *PLOTS)

    def __init__(self, answers: Answers, slices: Sequence[str] = ()) -> None:
        super().__init__(answers, slices)
        self._judged = judged_boxes(answers)
        self._figures = detection_figures(self._judged, slices)

    @classmethod
    def check(cls, card: Card, data: Dataset, slices: Sequence[str]) -> None:
        """Whether all labels and columns are known."""
        check_labels(card, data)
        check_slices(data, slices)

    @property
    def figures(self) -> Figures:
        """Those of `meanings`."""
        return self._figures

    def headline(self) -> list[tuple[str, str, str]]:
        """Average precision, what is found at the best score, and how well things are counted."""
        figures, best, counting = self.figures, self.figures["best"], self.figures["counting"]
        at = f"at a score of {best['min_score']:.3f} or more"
        return [
            ("AP", _figure(figures["ap"]), f"COCO's, overlaps 0.5 to 0.95; {_between(figures['intervals'].get('ap'))}"),
            ("AP50", _figure(figures["ap50"]), f"things found; {_between(figures['intervals'].get('ap50'))}"),
            ("AP75", _figure(figures["ap75"]), "boxes that fit well"),
            ("precision", _percent(best["precision"]), f"of the finds are right, {at}"),
            ("recall", _percent(best["recall"]), f"of the things are found, {at}"),
            ("count off by", _figure(counting["mean_error"], 2), "things in a picture, on average"),
        ]

    def findings(self) -> list[tuple[str, str]]:
        """The mistakes that are made most often, by label and kind."""
        judged = self._judged
        alarms = Counter((each.label, each.kind) for each in judged.mistakes.false_alarms)
        misses = Counter((each.label, each.kind) for each in judged.mistakes.misses)
        lines = [(count, f"{judged.labels[label]}, false alarm: {kind}") for (label, kind), count in alarms.items()]
        lines += [(count, f"{judged.labels[label]}, missed: {kind}") for (label, kind), count in misses.items()]
        return [(said, f"{count}") for count, said in sorted(lines, key=lambda line: -line[0])[:5]]

    def write(self, folder: Path) -> None:
        """metrics.json, predictions.json, predictions.csv, PNG files of the plots, and report.html."""
        plots = self._drawn()
        for name, data in plots.items():
            (folder / name).write_bytes(data)
        write_json(folder / "metrics.json", self.figures)
        write_json(folder / "predictions.json", list(rows_coco(self._judged)))
        write_text(folder / "predictions.csv", csv_text(rows(self._judged)))
        write_text(folder / "report.html", detection_page(self._judged, self.figures, self.headline(), plots))

    def _drawn(self) -> dict[str, bytes]:
        """The plots, by the names of their files."""
        judged = self._judged
        seen = [number for number in range(len(judged.labels)) if _occurs(judged, number)]
        kept = [*seen, len(judged.labels)]
        names = [*(judged.labels[number] for number in seen), BACKGROUND]
        true, found = judged.true_counts.sum(axis=1), judged.found_counts.sum(axis=1)
        return {
            "confusion_matrix.png": confusion_plot(judged.confusion[kept][:, kept], names),
            "precision_recall.png": box_precision_recall_plot(judged.curves, judged.labels),
            "f1.png": f1_plot(judged.found),
            "counts.png": counts_plot(true, found),
        }


def rows(judged: JudgedBoxes) -> Iterator[dict[str, Any]]:
    """One row for each box, in the order of the data, for predictions.csv."""
    for index, predicted in enumerate(judged.predictions):
        name = judged.answers.data.pictures.name(index)
        for box, number, score in zip(predicted.boxes, _numbers(predicted), predicted.scores, strict=True):
            sides = {side: f"{value:.2f}" for side, value in zip(("x0", "y0", "x1", "y1"), box, strict=True)}
            yield {"image": name, "label": judged.labels[number], "score": f"{score:.6f}"} | sides


def rows_coco(judged: JudgedBoxes) -> Iterator[dict[str, Any]]:
    """The same as COCO has results."""
    names = [judged.answers.data.pictures.name(index) for index in range(len(judged.predictions))]
    numbers = image_numbers(names)
    for name, image, predicted in zip(names, numbers, judged.predictions, strict=True):
        boxes_coco = coco_from_xyxy(predicted.boxes).round(2).tolist()
        for box, number, score in zip(boxes_coco, _numbers(predicted), predicted.scores, strict=True):
            yield {
                "image_id": image,
                "file_name": name,
                "category_id": number + 1,
                "label": judged.labels[number],
                "bbox": box,
                "score": round(float(score), 6),
            }


def _numbers(predicted: PredictedBoxes) -> list[int]:
    return [int(number) for number in np.asarray(predicted.labels)]


def image_numbers(names: Sequence[str]) -> list[int]:
    """The numbers that the names of pictures are, as COCO's 000000000139.jpg; else their places, from 1.

    >>> image_numbers(["val/000139.jpg", "val/000285.jpg"]), image_numbers(["a.jpg", "7.jpg"])
    ([139, 285], [1, 2])
    """
    stems = [Path(name).stem for name in names]
    if all(stem.isascii() and stem.isdigit() for stem in stems) and len({int(stem) for stem in stems}) == len(stems):
        return [int(stem) for stem in stems]
    return list(range(1, len(names) + 1))


def _occurs(judged: JudgedBoxes, number: int) -> bool:
    return bool(judged.confusion[number].any() or judged.confusion[:, number].any())


def _figure(figure: float | None, decimals: int = 3) -> str:
    return "—" if figure is None else f"{figure:.{decimals}f}"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _between(interval: tuple[float, float] | None) -> str:
    return "no interval" if interval is None else f"95 % interval {interval[0]:.3f} to {interval[1]:.3f}"


REPORTS.add(DetectionReport.task, DetectionReport)
