"""CIFAR-10 by its recipe: the accuracy on the test part, and the course of the training against its cost."""

from __future__ import annotations

import csv
import itertools
import tempfile
import time

from figures import RESULTS, Figure, keep

import opsin


def main() -> list[Figure]:
    """Trains, judges, and keeps the curve."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        run = opsin.train("recipes/cifar10_fast.py", runs=folder)
        return judged(run, time.process_time() - began)


def judged(run: opsin.Run, cpu_seconds: float) -> list[Figure]:
    """The figures of a run that cost so many CPU seconds in all."""
    found = opsin.evaluate(run).figures
    write_curve(run, cpu_seconds)
    note = f"{len(run.history)} epochs; CPU seconds / 120"
    return keep(
        "cifar",
        [
            Figure("cifar10_fast: test accuracy", found["accuracy"], least=0.93),
            Figure("cifar10_fast: minutes of two cores", cpu_seconds / 120, most=25, note=note),
        ],
    )


def write_curve(run: opsin.Run, cpu_seconds: float) -> None:
    """Writes `results/cifar_curve.csv`: after each epoch, the CPU seconds so far and the validation accuracy.

    All epochs do the same work: where a history does not hold what each cost, they share the whole alike.
    """
    alike = cpu_seconds / len(run.history)
    spent = itertools.accumulate(row.get("cpu_seconds", alike) for row in run.history)
    with (RESULTS / "cifar_curve.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["epoch", "cpu_seconds", "loss", "validation accuracy (1,000 pictures, without mirror images)"])
        for row, seconds in zip(run.history, spent, strict=True):
            table.writerow([int(row["epoch"]), round(seconds), row["loss"], row["val_accuracy"]])
