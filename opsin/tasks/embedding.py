"""Embedding: a vector for a picture, such that alike pictures have vectors that point alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.record import numbers
from opsin.draw.strip import draw_strip
from opsin.tasks._task import TASKS, Figures, Result, Task, pairs


@dataclass(frozen=True, kw_only=True)
class EmbeddingOptions(Options):
    """How to embed."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Embedding(Result):
    """Where an image lies in a space in which alike images lie close together.

    Attributes:
        vector: (d,) of length 1, so that the dot product of two is the cosine of the angle between them, in -1..1.
    """

    vector: NDArray[np.float32] = numbers("d", decimals=6, low=-1.0, high=1.0)

    task = "embedding"

    @property
    def summary(self) -> str:
        """How long the vector is, and how it begins."""
        return f"{len(self.vector)} numbers: " + " ".join(f"{number:.3f}" for number in self.vector[:6]) + " …"

    def rows(self) -> list[dict[str, float]]:
        """One row, with a column for each number: v0, v1, and so on."""
        return [{f"v{place}": number for place, number in enumerate(self.to_dict()["vector"])}]

    def draw(self, image: Image) -> Image:
        """The vector as a strip of colours at the lower edge: alike pictures wear alike strips."""
        return draw_strip(image, self.vector)

    def resized(self, size: Size) -> Self:
        """The vector does not depend on the size."""
        return dataclasses.replace(self, height=size[0], width=size[1])


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, d) vectors -> (n, d) of length 1; a vector of zeros stays as it is.

    >>> unit(np.array([[3.0, 4.0]], np.float32))
    array([[0.6, 0.8]], dtype=float32)
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)  # (n, 1)
    units: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return units


def score(predicted: Sequence[Embedding], truth: Sequence[Embedding]) -> Figures:
    """Mean cosine between the vectors of two models for the same images, in -1..1; 1 when they agree."""
    cosines = [float(answer.vector @ right.vector) for answer, right in pairs(predicted, truth)]
    return {"cosine": sum(cosines) / max(len(cosines), 1)}


EMBEDDING = Task(
    name="embedding",
    verb="embed",
    summary="Turn a picture into a vector, so that alike pictures can be found by comparing vectors.",
    options=EmbeddingOptions,
    result=Embedding,
    default="pplcnetv2_features.imagenet",
    score=score,
    examples=("photo.jpg --json", "photos/ --json > vectors.jsonl"),
)
TASKS.add("embedding", EMBEDDING)
