"""MNIST to 0.996 in no more time than the usual tutorial program takes for 0.991.

    opsin train recipes/mnist_best.py

The network of mnist_fast for more epochs, under stronger changes; the finished one looks at five shifted views.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import opsin
from opsin.models import Architecture, Blueprint

FAST = runpy.run_path(str(Path(__file__).with_name("mnist_fast.py")))


def features(pixels: Any, blueprint: Blueprint) -> Any:
    """Pixels (n, 28, 28, 1) in 0..255 -> features (n, 256)."""
    return FAST["network"](FAST["warped"](pixels, blueprint.seed, degrees=10.0, zoom=0.1, shift=2 / 28, slant=0.1))


RECIPE = opsin.Recipe(
    data="mnist",
    split=FAST["RECIPE"].split,
    model=Architecture(
        name="mnist_best", summary="mnist_fast under stronger changes.", features=features, min_size=(28, 28)
    ),
    options={**FAST["RECIPE"].options, "epochs": 12, "weight_decay": 0.02, "views": "shifted", "validate_every": 4},
)
