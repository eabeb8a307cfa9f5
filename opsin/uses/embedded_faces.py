"""Faces with their embeddings: where they are, and what tells them apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from opsin.core.acceptance import Acceptance
from opsin.core.image import Image
from opsin.core.options import Options
from opsin.media.alignment import aligned
from opsin.models import Pipeline, register
from opsin.tasks.embedding import EmbeddingOptions
from opsin.tasks.faces import Faces
from opsin.weights.card import Card

BATCH = 16
"""Faces that go through the network together."""

ASKED = EmbeddingOptions()


RATES = (4e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
"""False-accept rates at which thresholds were measured."""


def _card(name: str, summary: str, embedding: str, accuracy: float, thresholds: tuple[float, ...]) -> Card:
    return Card(
        name=name,
        task="faces",
        summary=summary,
        parts={"faces": "yunet.wider", "embedding": embedding},
        licence="Apache-2.0",
        measured={"accuracy on 1,800 pairs of LFW": accuracy},
        acceptance=Acceptance(RATES, thresholds, 2_687_149, "all pairs of 2,320 grey photographs of LFW"),
    )


@register
class EmbeddedFaces(Pipeline[Faces]):
    """Finds faces, cuts each out upright by its points, and embeds it."""

    cards = (
        _card(
            "yunet_sface",
            "Faces with what tells people apart: YuNet, then SFace.",
            "sface.web",
            0.989,
            (0.4973, 0.4758, 0.4466, 0.4198, 0.3929, 0.3617, 0.3312, 0.2928, 0.2526, 0.1982),
        ),
        _card(
            "yunet_sface_mirrored",
            "The same, each face seen in the mirror too: fewer mistakes, twice the work.",
            "sface_mirrored.web",
            0.993,
            (0.5064, 0.478, 0.4491, 0.4225, 0.3944, 0.3635, 0.3324, 0.2941, 0.2538, 0.1993),
        ),
        Card(
            name="yunet_sface_tiny",
            task="faces",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            parts={"faces": "yunet_tiny.random", "embedding": "sface_tiny.random"},
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def run(self, images: Sequence[Image], options: Options) -> list[Faces]:
        """The faces of each image, with embeddings."""
        found = self.parts["faces"].run(images, options)
        return [self._embedded(image, faces) for image, faces in zip(images, found, strict=True)]

    def reading_size(self, options: Options) -> None:
        """Every pixel: a face that is small in the picture is made larger."""

    def _embedded(self, image: Image, faces: Faces) -> Faces:
        # A few at a time: a crowd of a thousand, all at once, would take a gigabyte.
        parts = [faces.points[start : start + BATCH] for start in range(0, len(faces.points), BATCH)]
        found = [self.parts["embedding"].run([aligned(image, five) for five in part], ASKED) for part in parts]
        vectors = [each.vector for answers in found for each in answers]
        return dataclasses.replace(faces, model=self.card.name, embeddings=np.array(vectors, np.float32))
