"""KerasHub's models that go on with a text about a picture: sentences out of them, and how likely they find each."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import WeightsError
from opsin.core.image import Image, Size
from opsin.models._hub import keras_hub
from opsin.nn.backend import keras

LONGEST = 48
"""Pieces of words of a text at most: twice a long caption."""

IMPOSSIBLE = -1e9
"""The logit of what may not follow."""


@dataclass(frozen=True)
class Asked:
    """How a class of models is asked.

    Attributes:
        prompt: the question.
        one_by_one: whether it can go on with one sentence at a time only, because it looks at its question again.
    """

    prompt: str
    one_by_one: bool = False


@dataclass(frozen=True)
class Written:
    """A text.

    Attributes:
        text: as the model wrote it.
        score: how likely it finds each piece of it, in 0..1, as the geometric mean. This is not calibrated.
    """

    text: str
    score: float


class HubWriter:
    """One of KerasHub's models with its preprocessor, asked always the same about one picture at a time.

    Args:
        model: a `keras_hub.models.CausalLM` that sees pictures.
        asked: how.

    Raises:
        WeightsError: when it knows texts only.
    """

    def __init__(self, model: Any, asked: Asked) -> None:
        converter = getattr(model.preprocessor, "image_converter", None)
        if converter is None:
            raise WeightsError("The preset reads texts only; captions need one that sees pictures.")
        self.input_size: Size | None = _size(converter.image_size)
        self._model, self._asked, self._beams = model, asked, 0
        self._lock = threading.Lock()
        self._longest = self._prompt_length() + LONGEST

    def __call__(self, image: Image, beams: int, limit: int) -> list[Written]:
        """At most `limit` texts, those first that the search finds best, which keeps `beams` in mind."""
        with self._lock:  # Keras builds its functions in the first call, anew for another number of beams
            self._search_with(beams)
            texts = self._model.generate(self._question(image, 1), max_length=self._longest, strip_prompt=True)[:limit]
            return [Written(*each) for each in zip(texts, self._scores(image, texts), strict=True)]

    def _search_with(self, beams: int) -> None:
        if beams != self._beams:
            # Without XLA, which would compile all of it anew for each number of beams.
            self._model.compile(sampler=every_beam(beams, self._asked.one_by_one), jit_compile=False)
            self._beams = beams

    def _question(self, image: Image, times: int) -> dict[str, Any]:
        """A fresh one for each call: KerasHub writes into it."""
        images = np.repeat(image[None], times, axis=0).astype(np.float32)
        return {"images": images, "prompts": [self._asked.prompt] * times}

    def _prompt_length(self) -> int:
        """Pieces of words of the question, those included that stand for the picture."""
        blank = np.zeros((*(self.input_size or (224, 224)), 3), np.uint8)
        asked = self._model.preprocessor.generate_preprocess(self._question(blank, 1))
        return int(np.sum(keras().ops.convert_to_numpy(asked["padding_mask"])))

    def _scores(self, image: Image, texts: list[str]) -> list[float]:
        """How likely the model finds each text, all of them read at once."""
        told = self._question(image, len(texts)) | {"responses": list(texts)}
        read, following, counts = self._model.preprocessor(told, sequence_length=self._longest)
        numpy = keras().ops.convert_to_numpy
        logits = numpy(keras().ops.cast(self._model(read, training=False), "float32"))
        rows = zip(logits, numpy(following), numpy(counts).astype(bool), strict=True)
        return [likelihood(each[kept], right[kept]) for each, right, kept in rows]


def likelihood(logits: NDArray[Any], right: NDArray[Any]) -> float:
    """The geometric mean of how likely each piece of a text is, in 0..1; its end does not count.

    Args:
        logits: (n, pieces) of each place.
        right: (n,) the numbers of the pieces that stand there, the end as the last.

    >>> round(likelihood(np.log([[1, 3], [1, 1], [9, 1]]), np.array([1, 0, 1])), 6)  # sqrt(3/4 x 1/2)
    0.612372
    """
    logits, right = logits[:-1].astype(np.float64), right[:-1]
    if not len(right):
        return 0.0
    highest = logits.max(axis=1, keepdims=True)
    whole = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
    return float(np.exp(np.mean(logits[np.arange(len(right)), right] - whole)))


def every_beam(beams: int, one_by_one: bool = False) -> Any:
    """A beam search of KerasHub's that gives out each sentence it ends with, best first, of one picture.

    KerasHub's own goes on with sentences that have ended, and counts against them what it finds there. Here the end is
    followed by itself at no cost.
    """
    ops, hub = keras().ops, keras_hub()
    step = _apart(beams) if one_by_one else _together

    class EveryBeam(hub.samplers.BeamSampler):  # type: ignore[misc, name-defined]  # known when KerasHub is loaded
        def __call__(self, next: Any, prompt: Any, index: Any = 0, stop_token_ids: Any = None, **given: Any) -> Any:
            written = ops.arange(ops.shape(prompt)[1]) >= index  # (pieces,) whether it is no part of the question
            ends = ops.convert_to_tensor(list(stop_token_ids), dtype=prompt.dtype)

            def going_on(pieces: Any, cache: Any, at: Any) -> tuple[Any, Any, Any]:
                logits, hidden, cache = step(next, pieces, cache, at)
                ended = ops.any((pieces[..., None] == ends) & written[:, None], axis=(1, 2))  # (beams,)
                again = (1 - ops.one_hot(stop_token_ids[0], ops.shape(logits)[-1])) * IMPOSSIBLE
                return ops.where(ended[:, None], again, ops.cast(logits, "float32")), hidden, cache

            given |= {"prompt": prompt, "index": index, "stop_token_ids": stop_token_ids}
            found, _ = super().__call__(next=going_on, **given)
            return ops.reshape(found, (-1, ops.shape(prompt)[1]))

    return EveryBeam(num_beams=beams, return_all_beams=True)


def _together(next: Any, pieces: Any, cache: Any, at: Any) -> Any:
    return next(pieces, cache, at)


def _apart(beams: int) -> Any:
    """The next step of each sentence by itself, put together again."""
    tree, ops = keras().tree, keras().ops

    def row(state: Any, at: int) -> Any:
        return tree.map_structure(lambda each: each[at : at + 1], state)

    def step(next: Any, pieces: Any, cache: Any, at: Any) -> Any:
        found = [next(row(pieces, beam), row(cache, beam), at) for beam in range(beams)]
        return tree.map_structure(lambda *each: ops.concatenate(each, axis=0), *found)

    return step


def _size(found: Any) -> Size | None:
    """(height, width) where a converter of pictures says both."""
    return (int(found[0]), int(found[1])) if found and all(found) else None
