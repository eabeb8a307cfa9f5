"""A classifier's answers about small pictures."""

import numpy as np
import pytest

from opsin.data.dataset import Arrays, Dataset
from opsin.media.item import Item
from opsin.reports import Answers, Outside
from opsin.weights.card import Card

CARD = {"name": "net", "task": "classification", "summary": "", "licence": "MIT"}
LABELS = ("ant", "bee", "cat", "dog")


@pytest.fixture
def answers():
    """Makes the answers of a classifier that is mostly right, about n grey pictures of 8 x 8.

    `logits` and `truth` can be given, `outside` is a number of pictures of other things, the rest goes to the card.
    """

    def make(n=40, *, labels=LABELS, logits=None, truth=None, columns=None, sizes=None, outside=0, notes=(), **card):
        random = np.random.default_rng(0)
        truth = random.integers(0, len(labels), n) if truth is None else np.asarray(truth, np.int64)
        if logits is None:
            logits = random.normal(size=(len(truth), len(labels)))
            logits[np.arange(len(truth)), truth] += 2
        pixels = random.integers(0, 255, (len(truth), 8, 8, 1), np.uint8)
        data = Dataset(
            name="insects",
            labels=labels,
            pictures=Arrays(pixels, np.arange(len(truth))),
            truth=truth,
            parts=np.full(len(truth), "test"),
            columns=columns or {},
        )
        strangers = [
            Item(f"other/{number}.png", lambda size: (np.full((8, 8, 3), 9, np.uint8), (8, 8)))
            for number in range(outside)
        ]
        return Answers(
            card=Card(**CARD | {"labels": labels} | card),
            data=data,
            raw={"logits": np.asarray(logits, np.float32)},
            sizes=np.full((len(truth), 2), 8) if sizes is None else np.asarray(sizes),
            outside=Outside(strangers, {"logits": random.normal(size=(outside, len(labels)))}) if outside else None,
            notes=notes,
        )

    return make
