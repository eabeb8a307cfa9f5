"""Vessels of the retina, taught in tiles from 20 pictures and judged by 8, picture by picture."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from typing import Any

import numpy as np
from figures import Figure, keep
from pictures import DATA

import opsin
from opsin.data.dataset import Dataset

OPTIONS: dict[str, Any] = {
    "fit": "tiles",
    "image_size": 256,
    "head": "unet",
    "flips": "all",
    "epochs": 12,
    "optimizer": "adamw",
    "weight_decay": 0.05,
    "seed": 1,
}
"""As docs/segmentation.md has it."""


def main() -> list[Figure]:
    """Trains and judges."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    data = in_file_order()
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        run = opsin.train(data, task="segmentation", runs=folder, name="retina", **OPTIONS)
        return judged(run, data, time.process_time() - began)


def in_file_order() -> Dataset:
    """The first 20 pictures to learn from, the other 8 to be judged by."""
    data = opsin.data.load(
        DATA / "retina", task="segmentation", labels=["background", "vessel"], split=(1, 0, 0), is_near_kept=False
    )
    order = np.argsort([data.pictures.name(index) for index in range(len(data))])
    data = data.take(order)
    return dataclasses.replace(data, parts=np.array(["train"] * 20 + ["test"] * (len(data) - 20)))


def judged(run: opsin.Run, data: Dataset, cpu_seconds: float) -> list[Figure]:
    """The figures of a run that cost so many CPU seconds in all."""
    found = opsin.evaluate(run, data).figures
    cases, whole = found["cases"]["vessel"], found["labels"]["vessel"]
    low, high = cases["dice"]["interval"]
    said = f"mean of 8 pictures, 999 x 960; 95 % interval {low:.3f} to {high:.3f}"
    return keep(
        "retina",
        [
            Figure("vessels: Dice, by picture", cases["dice"]["mean"], least=0.76, note=said),
            Figure("vessels: Dice, all pixels", whole["dice"], note="8 pictures together"),
            Figure("vessels: IoU, by picture", cases["iou"]["mean"], note="8 pictures"),
            Figure("vessels: Hausdorff 95, pixels", cases["hausdorff95"]["mean"], note="8 pictures"),
            Figure("vessels: F1 of the edges", cases["boundary_f"]["mean"], note="within 2 pixels"),
            Figure(
                "vessels: minutes of two cores",
                cpu_seconds / 120,
                most=30,
                note=f"{len(run.history)} epochs of 20 pictures in tiles; CPU seconds / 120",
            ),
        ],
    )
