"""Streets by their recipe: how well each class is coloured, the course of the training, and the exported files."""

from __future__ import annotations

import csv
import itertools
import tempfile
import time
from pathlib import Path

from figures import RESULTS, Figure, keep
from pictures import DATA

import opsin
from opsin.engine.recipe import read_recipe

RECIPE = Path(__file__).parents[1] / "recipes" / "street_scenes.py"
FORMATS = ("onnx", "litert", "openvino")


def main() -> list[Figure]:
    """Trains, judges, exports, and keeps the curve."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    recipe = read_recipe(RECIPE)
    how = {"task": recipe.task, "split": recipe.split, "labels": recipe.labels, "ignore": recipe.ignore}
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        run = opsin.train(DATA / "camvid_dev", recipe.model, runs=folder, **how, **recipe.options)
        return judged(run, time.process_time() - began)


def judged(run: opsin.Run, cpu_seconds: float) -> list[Figure]:
    """The figures of a run that cost so many CPU seconds in all."""
    found = opsin.evaluate(run, part="validation").figures
    write_curve(run)
    low, high = found["intervals"]["mean_iou"]
    last = run.history[-1]["val_mean_iou"]
    said = (
        f"11 classes, 101 frames at 480 x 360; 95 % interval {low:.3f} to {high:.3f}; after the last epoch {last:.3f}"
    )
    labels = [
        Figure(f"streets: IoU of {label}", each["iou"], note="validation frames")
        for label, each in found["labels"].items()
    ]
    return keep(
        "camvid",
        [
            Figure("streets: mean IoU", found["mean_iou"], least=0.62, note=said),
            Figure("streets: accuracy by pixel", found["accuracy"], note="validation frames"),
            Figure(
                "streets: minutes of two cores",
                cpu_seconds / 120,
                most=60,
                note=f"{len(run.history)} epochs of 367 frames; CPU seconds / 120",
            ),
            *labels,
            *exported(run),
        ],
    )


def exported(run: opsin.Run) -> list[Figure]:
    """By how much the mean IoU changes in each file and engine, on validation and training pictures."""
    figures = []
    for name in FORMATS:
        for engine, parity in opsin.export(run, to=name, pictures=64).parity.items():
            change = abs(parity.quality_after - parity.quality_before)
            said = f"{parity.pictures} pictures; {parity.agreement:.3%} of the places the same"
            figures.append(Figure(f"streets: mean IoU changed, {name} in {engine}", change, most=0.001, note=said))
    return figures


def write_curve(run: opsin.Run) -> None:
    """Writes `results/camvid_curve.csv`: after each epoch, the CPU seconds so far, and what validation says."""
    spent = itertools.accumulate(row["cpu_seconds"] for row in run.history)
    with (RESULTS / "camvid_curve.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["epoch", "cpu_seconds", "loss", "validation mean IoU", "validation accuracy"])
        for row, seconds in zip(run.history, spent, strict=True):
            told = [row.get("val_mean_iou", ""), row.get("val_accuracy", "")]
            table.writerow([int(row["epoch"]), round(seconds), row["loss"], *told])
