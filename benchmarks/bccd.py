"""Blood cells by their recipe: what is found of the test list, the course of the training, and the exported files."""

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

RECIPE = Path(__file__).parents[1] / "recipes" / "blood_cells.py"
FORMATS = ("onnx", "litert", "openvino")


def main() -> list[Figure]:
    """Trains, judges, exports, and keeps the curve."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    recipe = read_recipe(RECIPE)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        run = opsin.train(DATA / "bccd", recipe.model, task=recipe.task, runs=folder, **recipe.options)
        return judged(run, time.process_time() - began)


def judged(run: opsin.Run, cpu_seconds: float) -> list[Figure]:
    """The figures of a run that cost so many CPU seconds in all."""
    found = opsin.evaluate(run).figures
    write_curve(run)
    said = f"{len(run.history)} epochs of 205 pictures; CPU seconds / 120"
    return keep(
        "bccd",
        [
            Figure("blood cells: AP50, test list", found["ap50"], least=0.88, note="72 pictures"),
            Figure("blood cells: AP, test list", found["ap"], least=0.58, note="72 pictures"),
            Figure("blood cells: minutes of two cores", cpu_seconds / 120, most=60, note=said),
            *exported(run),
        ],
    )


def exported(run: opsin.Run) -> list[Figure]:
    """By how much AP changes in each file and engine, on validation and training pictures."""
    figures = []
    for name in FORMATS:
        for engine, parity in opsin.export(run, to=name).parity.items():
            change = abs(parity.quality_after - parity.quality_before)
            said = f"{parity.pictures} pictures; {parity.agreement:.2%} of the boxes the same"
            figures.append(Figure(f"blood cells: AP changed, {name} in {engine}", change, most=0.001, note=said))
    return figures


def write_curve(run: opsin.Run) -> None:
    """Writes `results/bccd_curve.csv`: after each epoch, the CPU seconds so far, and what validation says."""
    spent = itertools.accumulate(row["cpu_seconds"] for row in run.history)
    with (RESULTS / "bccd_curve.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["epoch", "cpu_seconds", "loss", "validation AP", "validation AP50"])
        for row, seconds in zip(run.history, spent, strict=True):
            table.writerow(
                [int(row["epoch"]), round(seconds), row["loss"], row.get("val_AP", ""), row.get("val_AP50", "")]
            )
