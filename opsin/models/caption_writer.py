"""A network that writes captions: what frozen networks see at places of a picture, then word after word.

Xu et al., Show, Attend and Tell, https://arxiv.org/abs/1502.03044, with the decoder of Vaswani et al., Attention Is All
You Need, https://arxiv.org/abs/1706.03762.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import WeightsError
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, stretched
from opsin.metrics.platt import sigmoid
from opsin.models._beams import Sentence, search
from opsin.models._grid import FILES, SIDE, Grid
from opsin.models._registry import register
from opsin.models._taught import IMAGE, TAUGHT, TaughtModel
from opsin.models._teacher import Sight
from opsin.models._writing import STEP, grammar, stepping, text
from opsin.nn.words import END, FIRST
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork, widened
from opsin.store.asset import Asset
from opsin.store.fetch import fetch
from opsin.tasks.captioning import Caption, CaptioningOptions, told
from opsin.weights.card import Card
from opsin.weights.pull import files

OUTPUTS = {"logits": "logits", "told": "told"}


def _shipped(part: str, size_bytes: int, sha256: str) -> Asset:
    name = f"captions_flickr8k.{part}"
    return Asset(name, sha256, size_bytes, shipped=f"weights/shipped/{name}")


# fmt: off
SHIPPED = {
    "network": _shipped("network.xml", 217_870, "3137f226523f91983e108a6c0ba08869b387f30668cea7b8fd24da2461f236da"),
    "weights": _shipped("network.bin", 3_930_746, "d6aa600ec47cb005b90ecc6de70b8d95742f8ea27c368534caf06b22caf73628"),
    "step": _shipped("step.xml", 315_742, "386334a1a25783f40be310a535d53e07e242f3f1124de8894dd118a627dac8c8"),
    "step_weights": _shipped("step.bin", 7_046_762, "bd764374a8589947ece5188cdbd26a22f127c3c523b7403c14474e02a2768362"),
    "words": _shipped("words.txt", 21_074, "7bf8ac58b4097d39ead7c851533a7e2c5e0572020eacb9c7b26bb90b37cfb447"),
}
# fmt: on
"""What comes with Opsin: written by recipes/shipping/captions.py."""


@register
class CaptionWriter(TaughtModel[Caption]):
    """Sentences, each with how likely people would say so too."""

    raw = "seen"
    cards = (
        Card(
            name="captions.flickr8k",
            task="captioning",
            summary="A transformer of 5.5 million numbers; recipes/flickr8k.py, then flickr8k_cider.py, seed 1.",
            files={**FILES, **SHIPPED},
            input_size=(SIDE, SIDE),
            licence="Apache-2.0",
            source="docs/captions.md",
            trained_on="Flickr8k (6,000 photographs), on features of networks trained on ImageNet-1k and COCO",
            data_terms="research and education",
            paper="https://arxiv.org/abs/1706.03762",
            temperature=0.269,
            offset=3.1329,
            reject_below=0.5,
            measured={
                "CIDEr-D on 1,000 photographs of Flickr8k": 0.601,
                "BLEU-4 on 1,000 photographs of Flickr8k": 0.241,
                "CIDEr-D on 159 photographs of COCO": 0.370,
            },
        ),
        Card(
            name="captions_tiny.random",
            task="captioning",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            labels=("a", "bright", "dark", "picture"),
            input_size=(1, 1),
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def __init__(self, card: Card, network: Network, step: Network, sight: Sight, labels: Sequence[str] = ()) -> None:
        super().__init__(card, network, labels)
        self.step, self.sight = step, sight

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Any]) -> Self:
        """The model of a card."""
        if card.is_tiny:
            return cls(card, _looked, _scripted, _Brightness())
        found = files(card)
        graph = Graph(IMAGE, {cls.raw: cls.raw}, layout="NHWC", is_float=True)
        network = OpenVinoNetwork(found["network"], graph, _alone(place), found["weights"])
        step = opened_step(found["step"], place, found["step_weights"])
        words = found["words"].read_text(encoding="utf-8").split()
        return cls(card, network, step, Grid(found, place), words)

    @classmethod
    def open_folder(cls, card: Card, network: Path, place: Place) -> Self:
        """The model of a run's folder: its network, and beside it the part that answers one word more.

        Raises:
            WeightsError: when a part is missing.
        """
        step = network.parent / STEP
        if network.suffix != ".xml" or not step.is_file():
            raise WeightsError(f"{network.parent} must hold network.xml and {STEP}, which opsin train writes.")
        return cls(card, cls._opened(network, place), opened_step(step, place), opened_grid(place))

    @classmethod
    def _opened(cls, path: Path, place: Place, *, is_float: bool = True) -> Network:
        return super()._opened(path, _alone(place), is_float=is_float)

    @classmethod
    def reading(cls, card: Card) -> str:
        """What the raw output is."""
        what = "keys and values of each block in turn: what places of the picture tell the words"
        return f"{cls.raw} are (n, 2 depth, heads, places, d), {what}; {STEP} goes on from them."

    def reading_size(self, options: Options) -> Size:
        """What is looked at."""
        return self.sight.input_size

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, h, w, channels) what is seen at places of each image."""
        sizes = [(image.shape[0], image.shape[1]) for image in images]
        places = [stretched(size, self.sight.shape[:2], index) for index, size in enumerate(sizes)]
        return {IMAGE: self.sight(images)}, places

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: Options) -> list[Caption]:
        """Sentences from (n, 2 depth, heads, places, d)."""
        asked = options if isinstance(options, CaptioningOptions) else CaptioningOptions()
        return [self._answer(seen, place, asked) for seen, place in zip(raw[self.raw], placements, strict=True)]

    def _answer(self, seen: NDArray[Any], place: Placement, asked: CaptioningOptions) -> Caption:
        """One picture at a time: among others, the last digits of its numbers would change."""
        beams = max(asked.beams, asked.limit)
        step = stepping(self.step, np.asarray(seen, np.float32)[None], beams)
        (sentences,) = search(step, 1, grammar(self.labels), beams)
        scores = self.scores(sentences)
        order = np.argsort(-scores, kind="stable")
        captions = [text(sentences[at], self.labels) for at in order]
        fields = told(captions, scores[order], self.card.reject_below, asked)
        return Caption(height=place.size[0], width=place.size[1], model=self.card.name, **fields)

    def scores(self, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
        """(n,) how likely people would say so, by how sure each sentence is of itself."""
        sure = np.array([each.sureness for each in sentences])
        return sigmoid(sure / self.card.temperature + self.card.offset).astype(np.float32)


def opened_step(path: Path, place: Place, weights: Path | None = None) -> Network:
    """The part that answers one word more, a millisecond's work."""
    return OpenVinoNetwork(widened(path, weights), Graph("", OUTPUTS), _alone(place))


def _alone(place: Place) -> Place:
    """One core does the work of a few milliseconds: telling the others costs more than they save."""
    return replace(place, shares=False)


def opened_grid(place: Place) -> Grid:
    """What looks at pictures."""
    files = fetch(FILES.values())
    return Grid({role: files[asset] for role, asset in FILES.items()}, place)


TAUGHT.add("captioning", CaptionWriter)


# The stand-in says how bright a picture is.


class _Brightness:
    """One place, one number in 0..1."""

    name, shape, input_size = "brightness", (1, 1, 1), (1, 1)

    def __call__(self, images: Sequence[Image]) -> NDArray[np.float32]:
        return np.array([image.mean() / 255 for image in images], np.float32).reshape(-1, 1, 1, 1)


def _looked(batch: Arrays) -> Arrays:
    return {"seen": np.tile(batch[IMAGE].reshape(-1, 1, 1, 1, 1), (1, 2, 1, 1, 1))}


def _scripted(batch: Arrays) -> Arrays:
    """Logits of "a bright picture" or "a dark picture"."""
    seen, place = batch["seen_values_0"], int(batch["place"][0, 0])
    bright = np.repeat(seen.ravel(), len(batch["words"]) // len(seen))
    logits = np.full((len(bright), FIRST + 4), -9.0, np.float32)
    if place == 1:
        logits[:, FIRST + 1], logits[:, FIRST + 2] = 4 * bright, 4 * (1 - bright)
    else:
        logits[:, {0: FIRST, 2: FIRST + 3}.get(place, END)] = 4.0
    return {"logits": logits, "told": np.zeros((len(bright), 2, 1, 1), np.float32)}
