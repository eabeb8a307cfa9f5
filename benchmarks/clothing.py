"""An own folder of photographs, taught from packaged weights: accuracy, calibration, and the ported network's own.

The yardstick beside it: logistic regression on the features of the packaged PP-LCNetV2, which are not trained.
"""

from __future__ import annotations

import tempfile
import time
from typing import Any

import numpy as np
from accuracy import lines, true_label
from figures import Figure, keep
from pictures import DATA

import opsin

SETTINGS: dict[str, Any] = {
    "model": "efficientnet_lite2",
    "image_size": 224,
    "tuned": 0.6,
    "epochs": 6,
    "frozen_epochs": 30,
    "label_smoothing": 0.1,
    "class_weights": "no",
    "views": "mirrored",
}


def main() -> list[Figure]:
    """All of it."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    return keep("clothing", [*taught(), regression(), *ported()])


def taught() -> list[Figure]:
    """`opsin train` and `opsin evaluate` on the folder."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        run = opsin.train(DATA / "clothing", runs=folder, **SETTINGS)
        return judged(run, (time.process_time() - began) / 2 / 60)


def judged(run: opsin.Run, minutes: float) -> list[Figure]:
    """The figures of a run that took so many minutes of two cores."""
    told = opsin.evaluate(run).figures
    low, high = told["ece_band"]
    before, after = told["log_loss_before_calibration"], told["log_loss"]
    interval = " to ".join(f"{end:.3f}" for end in told["intervals"]["accuracy"])
    said = f"{SETTINGS['model']}, {SETTINGS['epochs']} epochs; 95 % interval {interval}"
    return [
        Figure("clothing: test accuracy", told["accuracy"], least=0.92, note=said),
        Figure("clothing: minutes of two cores (CPU seconds / 120)", minutes, most=15),
        Figure(
            "clothing: log loss after calibration / before", after / before, most=1, note=f"{before:.4f}, {after:.4f}"
        ),
        Figure("clothing: ECE", told["ece"], least=low, most=high, note="bounds: 95 % of perfectly calibrated models"),
    ]


def regression() -> Figure:
    """Logistic regression on features (n, 1280) of length 1, its strength chosen on the validation part."""
    from sklearn.linear_model import LogisticRegression

    data = opsin.data.load(DATA / "clothing")
    features = {part: embedded(data.part(part)) for part in ("train", "validation", "test")}
    truth = {part: data.part(part).truth for part in features}

    def fitted(strength: float) -> Any:
        return LogisticRegression(C=strength, max_iter=2000).fit(features["train"], truth["train"])

    tried = [fitted(strength) for strength in (1, 10, 100)]
    best = max(tried, key=lambda one: one.score(features["validation"], truth["validation"]))
    found = best.score(features["test"], truth["test"])
    return Figure("logistic regression on PP-LCNetV2's features: test accuracy", found, note="for comparison")


def embedded(data: Any) -> np.ndarray:
    return np.stack([opsin.embed(data.pictures[index]).vector for index in range(len(data))])


def ported() -> list[Figure]:
    """The ported EfficientNet-Lite networks on photographs of ImageNet."""
    asked = {"efficientnet_lite0": None, "efficientnet_lite1": None, "efficientnet_lite2": 0.87}
    return [
        Figure(f"{name} on ImageNet, 500 photographs: top-1", top_1(f"{name}.imagenet"), least=least)
        for name, least in asked.items()
    ]


def top_1(model: str) -> float:
    """Share of photographs whose true label a model gives first."""
    answers = lines("classify", DATA / "imagenet_dev", "--model", model)
    return float(np.mean([answer["labels"][0].split(",")[0] == true_label(answer) for answer in answers]))
