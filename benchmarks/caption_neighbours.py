"""Captions without any captioner: of the captions of the nearest photographs, the one that is most like the others.

Devlin, Gupta, Girshick, Mitchell and Zitnick, Exploring Nearest Neighbor Approaches for Image Captioning,
https://arxiv.org/abs/1505.04467.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.data.dataset import Dataset, Pictures
from opsin.metrics.captions.cider import Cider
from opsin.metrics.captions.tokens import Tokens, tokens
from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks.embedding import EmbeddingOptions

MODEL = "pplcnetv2_features.imagenet"
NEAREST = 20


def nearest_captions(learned: Dataset, asked: Dataset, count: int = NEAREST) -> list[Tokens]:
    """A caption for each picture of `asked`: the consensus of those of its nearest pictures among `learned`."""
    alike = vectors(asked.pictures) @ vectors(learned.pictures).T  # (n, m) cosines
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :count]
    known = [[tokens(text) for text in each.texts] for each in learned.truth]
    cider = Cider.fit(known)
    return [consensus([each for at in row for each in known[at]], cider) for row in nearest]


def vectors(pictures: Pictures) -> NDArray[np.float32]:
    """(n, d) where pictures lie among others, each of length 1."""
    model = open_model(MODEL, Place())
    found = [model.run([pictures[index]], EmbeddingOptions())[0].vector for index in range(len(pictures))]
    return np.stack(found)


def consensus(captions: Sequence[Tokens], cider: Cider) -> Tokens:
    """The caption with the highest mean CIDEr-D to the others."""
    among = cider.consensus(captions).scores(captions) * len(captions)
    itself = np.array([cider.scores([each], [each])[0] for each in captions])
    return captions[int((among - itself).argmax())]
