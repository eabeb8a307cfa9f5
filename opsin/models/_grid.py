"""What packaged, frozen networks see at each of 9 x 9 places of a picture: what captions are written from.

Two networks that know ImageNet's 1,000 labels see animals and things; a detector that knows COCO's 80 sees people.
Grid features, and not one vector for the picture, are what Xu et al. look at in Show, Attend and Tell,
https://arxiv.org/abs/1502.03044.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image
from opsin.metrics.platt import sigmoid
from opsin.models._carriers import PADDLELABEL
from opsin.models._efficientnet_lite import MIDDLE, SPREAD, VARIANTS, graph, read_weights
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.store.asset import Asset

SIDE = 288
"""Pixels of the square that a picture is squeezed to: the networks were trained with 224, 260 and 416."""

SHAPE = 9, 9, 2944
"""Of what is seen: 9 x 9 places; numbers of each: 1,024 and 1,280 of the classifiers, 640 of the detector."""

NAME = "pplcnetv2_efficientnet_lite2_picodet_288"
"""Under which what is seen may be kept; another one when any of this changes."""

_LITE = VARIANTS["efficientnet_lite2"]

FILES: Mapping[str, Asset] = {
    "pplcnetv2_network": PADDLELABEL.asset(
        "pplcnetv2_base.pdmodel",
        "PPLCNetV2/ckpt/inference.pdmodel",
        1_122_667,
        "de3f8b450965166a8d331ec6a37d9e1926758fcf4e9da78a69525c203acec35b",
    ),
    "pplcnetv2_weights": PADDLELABEL.asset(
        "pplcnetv2_base.pdiparams",
        "PPLCNetV2/ckpt/inference.pdiparams",
        26_566_438,
        "7dccbd0a9aea1e2d495afd3fef919c82dfd88e8d0bd7f50d94f11e016f61d4db",
    ),
    "picodet_network": PADDLELABEL.asset(
        "picodet_small.pdmodel",
        "PicoDet/ckpt/model.pdmodel",
        2_966_779,
        "da078fd535d21b3ef57e81f67e7e8f68514c4d38f1cb7df02f135966f4b1119f",
    ),
    "picodet_weights": PADDLELABEL.asset(
        "picodet_small.pdiparams",
        "PicoDet/ckpt/model.pdiparams",
        4_878_880,
        "e3922b2a8f1bc0d9ee9dce7152484f6a8a7d40f18f8701a222c884469b4546f2",
    ),
    "efficientnet_lite2": _LITE.file,
}
"""The files of the three networks, by the role that each plays; other models bring the same."""

MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
"""Of ImageNet's colours."""


class Grid:
    """Sees 9 x 9 places of pictures.

    Args:
        files: where each of `FILES` lies, by its role.
        place: where the networks run.
    """

    name, shape, input_size = NAME, SHAPE, (SIDE, SIDE)

    def __init__(self, files: Mapping[str, Path], place: Place) -> None:
        self._networks = [_pplcnetv2(files, place), _efficientnet(files, place), _picodet(files, place)]

    def __call__(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """(n, 9, 9, 2944) what is seen at the places of each image."""
        pixels = np.stack([squeezed(image) for image in images])
        return np.concatenate([each for network in self._networks for each in _maps(network({"image": pixels}))], -1)


def squeezed(image: Image) -> Image:
    """(288, 288, 3) the whole image, whatever its shape."""
    from PIL import Image as Pillow

    return np.asarray(Pillow.fromarray(image).resize((SIDE, SIDE), Pillow.Resampling.BICUBIC))


def _maps(raw: Arrays) -> list[NDArray[np.float32]]:
    """(n, 9, 9, c) of each output (n, c, h, w) of a network; of finer maps the highest numbers around each place."""
    return [_coarse(values.transpose(0, 2, 3, 1).astype(np.float32)) for values in raw.values()]


def _coarse(values: NDArray[np.float32]) -> NDArray[np.float32]:
    count, height, width, channels = values.shape
    step = height // SHAPE[0]
    cells = values.reshape(count, height // step, step, width // step, step, channels)
    coarse: NDArray[np.float32] = cells.max(axis=(2, 4))
    return coarse


def _pplcnetv2(files: Mapping[str, Path], place: Place) -> Network:
    feeding = Graph("x", {"map": "tmp_0"}, mean=MEAN, std=STD, shape=(-1, 3, SIDE, SIDE))
    return _named("x", OpenVinoNetwork(files["pplcnetv2_network"], feeding, place, weights=files["pplcnetv2_weights"]))


def _efficientnet(files: Mapping[str, Path], place: Place) -> Network:
    feeding = Graph("image", {"map": "map"}, mean=(MIDDLE,) * 3, std=(SPREAD,) * 3)
    return OpenVinoNetwork(graph(_LITE, read_weights(files["efficientnet_lite2"]), SIDE), feeding, place)


def _picodet(files: Mapping[str, Path], place: Place) -> Network:
    """Its last features, those of its head, and what the head says of each label, as logits."""
    outputs = {
        "features": "hardswish_69.tmp_0",
        "head": "hardswish_112.tmp_0",
        "coarse": "conv2d_153.tmp_1",
        "fine": "conv2d_145.tmp_1",
    }
    feeding = Graph("image", outputs, mean=MEAN, std=STD, shape=(-1, 3, SIDE, SIDE))
    network = OpenVinoNetwork(files["picodet_network"], feeding, place, weights=files["picodet_weights"])

    def scored(batch: Arrays) -> Arrays:
        raw = network(batch)
        return {
            **raw,
            "coarse": sigmoid(raw["coarse"]).astype(np.float32),
            "fine": sigmoid(raw["fine"]).astype(np.float32),
        }

    return scored


def _named(name: str, network: Network) -> Network:
    """A network that calls the pixels something else."""
    return lambda batch: network({name: batch["image"]})
