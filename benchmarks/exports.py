"""Exported files against the networks that they were made of: six architectures in every format, and 8-bit numbers.

MobileNetV2 and EfficientNet-Lite2 begin with ImageNet's weights; the others, whose weights no package holds, are
trained from random numbers for a short while. Small pictures keep that affordable; the files are the same at any size.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from figures import Figure, keep

import opsin
from opsin.core.errors import RefusedError

EXACT = ("onnx", "litert", "openvino", "saved_model")
SHORT: dict[str, Any] = {"epochs": 2, "augment": "none", "batch_size": 64}
NETWORKS: dict[str, dict[str, Any]] = {
    "tutorial": {},
    "mobilenet_v2": {"weights": "imagenet", "image_size": 96, "epochs": 1, "frozen_epochs": 10},
    "efficientnet_lite2": {"weights": "imagenet", "image_size": 96, "epochs": 1, "frozen_epochs": 10},
    "vgg16": {"weights": "none", "optimizer": "sgd", "learning_rate": 0.01},
    "resnet50": {"weights": "none"},
    "convnext_tiny": {"weights": "none", "optimizer": "adamw"},
}


def some(count: int = 512) -> Any:
    """Pictures of CIFAR-10: enough to learn something, few enough for a large network."""
    data = opsin.data.load("cifar10")
    chosen = np.concatenate([np.flatnonzero(data.parts == part)[:count] for part in ("train", "validation", "test")])
    return data.take(chosen)


def parity(name: str, data: Any, folder: Path) -> list[Figure]:
    """A network trained for a short while, and every format of it."""
    run = opsin.train(data, name, name=name, runs=folder, **{**SHORT, **NETWORKS[name]})
    figures = []
    for form in EXACT:
        found = opsin.export(run, to=form, data=data).parity
        note = f"{min(each.pictures for each in found.values())} pictures; engines: {', '.join(found)}"
        worst, agreed = max(each.relative for each in found.values()), min(each.agreement for each in found.values())
        figures.append(Figure(f"{name} as {form}: logits, largest relative difference", worst, most=1e-3, note=note))
        figures.append(Figure(f"{name} as {form}: equal answers", agreed, least=0.999, note=note))
    return figures


def rounded(run: Any, name: str) -> Figure:
    """What 8-bit numbers cost a trained run on the 10,000 test pictures of its set."""
    data = opsin.data.load(run.facts["asked"]["data"])
    test = data.part("test")
    calls = np.concatenate([np.flatnonzero(data.parts == "train"), np.flatnonzero(data.parts == "test")])
    try:
        found = opsin.export(run, to="litert-int8", data=as_validation(data.take(calls)), pictures=len(test)).parity
    except RefusedError as error:
        return Figure(f"{name} in 8 bits: accuracy lost", float("nan"), most=0.005, note=str(error))
    lost = max(each.quality_before - each.quality_after for each in found.values())
    pictures = min(each.pictures for each in found.values())
    return Figure(f"{name} in 8 bits: accuracy lost", lost, most=0.005, note=f"{pictures} pictures")


def as_validation(data: Any) -> Any:
    """The test pictures in the place of the validation ones, which exports are compared by."""
    import dataclasses

    return dataclasses.replace(data, parts=np.where(data.parts == "test", "validation", data.parts))


def main() -> list[Figure]:
    """All of it."""
    with tempfile.TemporaryDirectory() as place:
        folder, data = Path(place), some()
        figures = []
        for name in NETWORKS:
            figures += parity(name, data, folder)
            keep("exports", figures)  # an hour's work is not lost when the last one fails
        figures.append(rounded(opsin.train("mnist", epochs=2, runs=folder), "tutorial on MNIST"))
        things = opsin.train("cifar10", "tutorial_batchnorm", epochs=4, runs=folder)
        figures.append(rounded(things, "tutorial_batchnorm on CIFAR-10"))
    return keep("exports", figures)
