"""Digits: a small MNIST, which scikit-learn brings. Alpaydin, Kaynak."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from opsin.core.errors import MissingExtraError
from opsin.data.sets._builtin import SETS, BuiltIn, Held
from opsin.store.progress import Progress


def _from_scikit_learn(folder: Path, progress: Progress) -> Held:
    if not importlib.util.find_spec("sklearn"):
        raise MissingExtraError("The digits", "train")
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels = np.round(digits.images * 255 / 16).astype(np.uint8)[..., None]  # ink has 17 levels, 0 to 16
    return Held(pixels, digits.target.astype(np.uint8), len(pixels))


SETS.add(
    "digits",
    BuiltIn(
        name="digits",
        summary="1,797 handwritten digits, 8 x 8, grey",
        labels=tuple("0123456789"),
        sha256="a19cb3d96bba7deace8ee5a513a6eb7bad0403d528f00bf4d351b6a7a55baa91",
        ways=(_from_scikit_learn,),
        home="https://archive.ics.uci.edu/dataset/80",
        ink=True,
    ),
)
