"""How captioning is taught: the next word, from what frozen networks see of a picture and the words before."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, UnknownNameError
from opsin.core.image import Size
from opsin.core.placement import Placement
from opsin.data.dataset import Dataset
from opsin.metrics.captions.bleu import bleu
from opsin.metrics.captions.cider import Cider, cider_d_each
from opsin.metrics.captions.tokens import Tokens, tokens
from opsin.metrics.platt import fit_scores
from opsin.models._architecture import ARCHITECTURES, Architecture
from opsin.models._beams import Sentence, search
from opsin.models._grid import FILES, SHAPE, Grid
from opsin.models._self_critical import TEMPERATURE, SelfCritical, references, spoken
from opsin.models._teacher import TEACHERS, Answered, Teacher, Usual
from opsin.models._writing import LONGEST, STEP, grammar, stepping
from opsin.nn.words import FIRST, numbered, vocabulary
from opsin.runtime.network import Arrays, Place
from opsin.store.fetch import fetch
from opsin.tasks.captioning import AGREES, CaptioningOptions
from opsin.weights.card import Card

WRITER = "writer"
"""What the layer is called that captions are written by."""

LEAST = 4
"""How often a word must occur to be learned."""

MOST = 5
"""Captions of a picture that are learned from; the first of them, where there are more."""

SURE = 0.5
"""The score below which a caption is not said: people would agree with every second one."""

SMOOTHING = 0.1
"""Share of certainty that is spread over all words, where nothing else is asked for."""

LOSSES = ("auto", "crossentropy", "cider")
"""What can be made small: how unlikely people's captions are, or how little people agree with its own."""

ACQUAINTED = 4
"""Batches by which features are scaled."""

STREAMS = 2
"""Pictures that are looked at at once."""


@dataclass(frozen=True)
class CaptioningTeacher(Teacher):
    """What places of a picture tell a decoder; rows are (captions, words + 2): numbers, and what each caption counts.

    Attributes:
        words: that captions are made of.
        writer: the layer of the network that is taught, which goes on from its raw output to words.
    """

    words: tuple[str, ...] = ()
    writer: Any = None

    task: ClassVar[str] = "captioning"
    monitor: ClassVar[str] = "val_cider_d"
    is_better_high: ClassVar[bool] = True
    figure: ClassVar[str] = "CIDEr-D"
    judges_answers: ClassVar[bool] = True
    refuses: ClassVar[tuple[str, ...]] = (
        "views", "dropout", "frozen_epochs", "image_size", "tuned", "augment", "flips", "fit", "weights",
    )  # fmt: skip
    beside: ClassVar[tuple[str, ...]] = (STEP, STEP.replace(".xml", ".bin"))
    usual: ClassVar[Usual] = Usual(
        model="captioner", batch_size=32, rate=0.8, frozen_epochs=0, weighs_classes=False, clip=1.0
    )

    def sight(self) -> Grid:
        """The packaged networks that see what captions are written from."""
        return _grid()

    def prepared(self, data: Dataset) -> Dataset:
        """The data with the words of the captions to learn from as labels: those that occur often enough.

        Raises:
            DataError: when none does.
        """
        if "train" not in data.parts:  # they are there to judge by
            return data
        learned = data.part("train").truth
        words = vocabulary(map(tokens, _texts(learned)), LEAST)
        if not words:
            raise DataError(f"{data.name} has no word that its captions to learn from use {LEAST} times. Give more.")
        return dataclasses.replace(data, labels=words)

    def for_labels(self, labels: Sequence[str]) -> Self:
        """The teacher of those words."""
        return dataclasses.replace(self, words=tuple(labels))

    def for_network(self, network: Any) -> Self:
        """The teacher that goes on from the network's raw output to words."""
        return dataclasses.replace(self, writer=network.get_layer(WRITER))

    def head(self, features: Any, labels: Sequence[str], kind: str = "auto") -> Any:
        """What the places tell; the rest of the layer is asked by the loss, and by whoever writes."""
        # Imported here: that module imports Keras.
        from opsin.nn.caption_network import CaptionWriter

        return CaptionWriter(words=len(labels) + FIRST, longest=LONGEST, name=WRITER)(features)

    def acquaint(self, batches: Iterator[NDArray[Any]]) -> None:
        """The network learns how large and how different the numbers of each channel are."""
        some = np.concatenate(list(islice(batches, ACQUAINTED))).astype(np.float32)
        self.writer.scale.adapt(some.reshape(-1, some.shape[-1]))

    def write_beside(self, folder: Path) -> None:
        """The part that answers one word more."""
        from opsin.nn.caption_export import write_step

        write_step(self.writer, folder / STEP)

    def encode(self, truth: NDArray[Any], placements: Sequence[Placement], labels: int) -> NDArray[Any]:
        """(n, captions, words + 2) float32."""
        most = min(MOST, max(len(each) for each in truth))
        return np.stack([_row(each.texts[:most], self.words, most) for each in truth])

    def loss(self, settings: Mapping[str, Any], size: Size) -> Any:
        """How unlikely the captions are, word by word; with a little smoothing even where nobody asks for it."""
        from opsin.nn.caption_network import CaptionLoss

        if settings["loss"] not in LOSSES:
            raise UnknownNameError("loss for captioning", settings["loss"], LOSSES)
        if settings["loss"] == "cider":
            return CaptionLoss(self.writer, smoothing=0.0, temperature=TEMPERATURE)
        return CaptionLoss(self.writer, settings["label_smoothing"] or SMOOTHING)

    def practice(self, loss: str, rows: NDArray[Any] | None) -> SelfCritical | None:
        """With the loss "cider", the network learns from what it says itself."""
        if loss != "cider" or rows is None:
            return None
        cider = Cider.fit([references(row) for row in rows])
        practice = SelfCritical(self.writer, self._one_more(), grammar(self.words), cider)
        # TensorFlow makes its programs from Python's source, and Python 3.11 cannot parse in two threads at once: they
        # are made here, before pictures are made ready in a thread of their own.
        practice(np.zeros((1, *self.writer.input.shape[1:]), np.float32), rows[:1], np.random.default_rng(0))
        return practice

    def figures(self, answered: Answered) -> Mapping[str, float]:
        """CIDEr-D and BLEU-4 of captions that are written greedily, over the words that the network knows."""
        said, known = self._written(answered, beams=1)
        captions = [spoken(each[0].words) for each in said]
        return {"cider_d": float(cider_d_each(captions, known).mean()), "bleu_4": float(bleu(captions, known)[3])}

    def finish(self, card: Card, answered: Answered) -> Card:
        """The card with scores that say how often people agree with a caption, and with its figures."""
        said, known = self._written(answered, beams=CaptioningOptions().beams)
        captions = [spoken(each[0].words) for each in said]
        agreement = cider_d_each(captions, known)
        slope, offset = fit_scores([each[0].sureness for each in said], agreement >= AGREES)
        measured = {
            "CIDEr-D on the validation pictures": float(agreement.mean()),
            "BLEU-4 on the validation pictures": float(bleu(captions, known)[3]),
        }
        return dataclasses.replace(card, temperature=1 / slope, offset=offset, reject_below=SURE, measured=measured)

    def variety(self, raw: NDArray[Any]) -> int:
        """How many different captions are written."""
        return len({each[0].words for each in self._sentences(raw, 1)})

    def agreement(self, raw: NDArray[Any], others: NDArray[Any]) -> float:
        """The share of pictures with the same caption."""
        pairs = zip(self._sentences(raw, 1), self._sentences(others, 1), strict=True)
        return float(np.mean([one[0].words == other[0].words for one, other in pairs]))

    def quality(self, raw: NDArray[Any], rows: NDArray[Any]) -> float:
        """CIDEr-D, of which 10 is the most, in 0..1."""
        return self.figures([(raw, rows)])["cider_d"] / 10

    def _written(self, answered: Answered, beams: int) -> tuple[list[list[Sentence]], list[list[Tokens]]]:
        """Sentences for each picture, the best first, and what people say, both as words."""
        said: list[list[Sentence]] = []
        known: list[list[Tokens]] = []
        for raw, rows in answered:
            said += self._sentences(raw, beams)
            known += [references(row) for row in rows]
        return said, known

    def _sentences(self, raw: NDArray[Any], beams: int) -> list[list[Sentence]]:
        step = stepping(self._one_more(), np.asarray(raw, np.float32), beams)
        return search(step, len(raw), grammar(self.words), beams)

    def _one_more(self) -> Callable[[Arrays], Arrays]:
        from opsin.nn.caption_network import OneMore

        return OneMore(self.writer).asked


@cache
def _grid() -> Grid:
    """Opened once: every picture is looked at by it."""
    files = fetch(FILES.values())
    return Grid({role: files[asset] for role, asset in FILES.items()}, Place(streams=STREAMS))


def _texts(truth: NDArray[Any]) -> Iterator[str]:
    return (text for each in truth for text in each.texts)


def _row(texts: Sequence[str], words: Sequence[str], most: int) -> NDArray[np.float32]:
    """(most, words + 2) the numbers of captions, and 1 for each that there is; nothing for those that are missing."""
    row = np.zeros((most, LONGEST + 2), np.float32)
    row[: len(texts), :-1] = numbered([tokens(text) for text in texts], words, LONGEST)
    row[: len(texts), -1] = 1
    return row


TEACHERS.add(CaptioningTeacher.task, CaptioningTeacher())

ARCHITECTURES.add(
    "captioner",
    Architecture(
        name="captioner",
        summary="Writes captions from what packaged networks see: a transformer of three blocks, 256 wide.",
        features=lambda features, blueprint: features,
        input_size=SHAPE[:2],
        takes_features=True,
        paper="https://arxiv.org/abs/1706.03762",
    ),
)
