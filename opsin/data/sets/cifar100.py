"""CIFAR-100: things, animals and plants. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009."""

from __future__ import annotations

import tarfile
from functools import partial
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import MissingWeightsError, WeightsError
from opsin.data.sets._builtin import SETS, BuiltIn, Held
from opsin.data.sets._keras import TORONTO, from_keras
from opsin.store.asset import Asset
from opsin.store.fetch import fetch, path_of
from opsin.store.progress import Progress

# No package brings it. Of its forms this one holds bytes alone; the others are pickled.
_ARCHIVE = Asset(
    "cifar-100-binary.tar.gz",
    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    168_513_733,
    addresses=("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",),
)
_LABELS = """
apple, aquarium fish, baby, bear, beaver, bed, bee, beetle, bicycle, bottle, bowl, boy, bridge, bus, butterfly, camel,
can, castle, caterpillar, cattle, chair, chimpanzee, clock, cloud, cockroach, couch, crab, crocodile, cup, dinosaur,
dolphin, elephant, flatfish, forest, fox, girl, hamster, house, kangaroo, keyboard, lamp, lawn mower, leopard, lion,
lizard, lobster, man, maple tree, motorcycle, mountain, mouse, mushroom, oak tree, orange, orchid, otter, palm tree,
pear, pickup truck, pine tree, plain, plate, poppy, porcupine, possum, rabbit, raccoon, ray, road, rocket, rose, sea,
seal, shark, shrew, skunk, skyscraper, snail, snake, spider, squirrel, streetcar, sunflower, sweet pepper, table, tank,
telephone, television, tiger, tractor, train, trout, tulip, turtle, wardrobe, whale, willow tree, wolf, woman, worm
"""


def _from_archive(folder: Path, progress: Progress) -> Held:
    """Out of the archive that its authors give, from their address or put into the cache by hand."""
    try:
        file = fetch([_ARCHIVE], progress)[_ARCHIVE]
    except WeightsError as error:
        raise MissingWeightsError(
            f"{error} Get that file by other means, and put it at {path_of(_ARCHIVE)}."
        ) from error
    with tarfile.open(file) as archive:
        found = {
            name: rows(cast("IO[bytes]", archive.extractfile(f"cifar-100-binary/{name}.bin")).read())
            for name in ("train", "test")
        }
    truth = np.concatenate([found["train"][0], found["test"][0]])
    return Held(np.concatenate([found["train"][1], found["test"][1]]), truth, len(found["train"][0]))


def rows(data: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(n,) numbers of the classes and (n, 32, 32, 3) pixels of one file.

    Each picture is a row: the number of its group of classes, that of its class, and all its red, green, blue pixels.

    >>> rows(bytes([4, 7]) + bytes(3072))[0]
    array([7], dtype=uint8)
    """
    table = np.frombuffer(data, np.uint8).reshape(-1, 2 + 3 * 32 * 32)
    return table[:, 1], np.ascontiguousarray(table[:, 2:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


SETS.add(
    "cifar100",
    BuiltIn(
        name="cifar100",
        summary="60,000 photographs of a hundred things, animals and plants, 32 x 32, in colour",
        labels=tuple(label.strip() for label in _LABELS.split(",")),
        sha256="",
        ways=(partial(from_keras, "cifar100", TORONTO), _from_archive),
        home=TORONTO,
    ),
)
