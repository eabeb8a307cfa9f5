"""MNIST as well as it goes in no more time than the usual tutorial program takes for 0.991.

    opsin train recipes/mnist_best.py

Two networks like that of mnist_fast side by side, for more epochs, under stronger changes and softer truth; the
finished one looks at five shifted views.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import opsin
from opsin.models import Architecture, Blueprint
from opsin.nn.backend import keras

FAST = runpy.run_path(str(Path(__file__).with_name("mnist_fast.py")))


def features(pixels: Any, blueprint: Blueprint) -> Any:
    """Pixels (n, 28, 28, 1) in 0..255 -> features (n, 512) of two networks, whose votes the last layer adds."""
    x = FAST["warped"](pixels, blueprint.seed, degrees=10.0, zoom=0.1, shift=2 / 28, slant=0.1)
    return keras().layers.Concatenate()([FAST["member"](x), FAST["member"](x, is_pooled=False)])


RECIPE = opsin.Recipe(
    data="mnist",
    split=FAST["RECIPE"].split,
    model=Architecture(
        name="mnist_best", summary="Two small networks that vote.", features=features, min_size=(28, 28)
    ),
    options={
        **FAST["RECIPE"].options,
        "epochs": 8,
        "weight_decay": 0.02,
        "label_smoothing": 0.1,
        "views": "shifted",
    },
)
