"""KerasHub's models that see and write (PaliGemma, Gemma 3), by `hub:PRESET`.

Beyer et al., PaliGemma: A versatile 3B VLM for transfer, https://arxiv.org/abs/2407.07726; Gemma Team, Gemma 3,
https://arxiv.org/abs/2503.19786; https://keras.io/keras_hub/presets/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from opsin.core.errors import UsageError
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.models._hub import PREFIX
from opsin.models._hub_presets import HUB, folder_of_preset, opened_preset
from opsin.models._hub_writing import Asked, HubWriter
from opsin.models._model import Model
from opsin.runtime.network import Place
from opsin.tasks.captioning import Caption, CaptioningOptions, told
from opsin.weights.card import Card

ASKED = {
    # What it was taught captions with.
    "PaliGemmaCausalLM": Asked("caption en\n"),
    # Gemma has no words of its own for captions, but a form for what is asked.
    "Gemma3CausalLM": Asked(
        "<start_of_turn>user\n<start_of_image>Say in one short sentence what this picture shows. Answer with the "
        "sentence alone.<end_of_turn>\n<start_of_turn>model\n",
        one_by_one=True,
    ),
}
"""How models are asked, by their class in `keras_hub.models`."""

_MARK = re.compile(r"<[^<>\s]+>")
_LIST_OR_QUOTE = " \t*_#\"'`\u201c\u201d-"


class HubCaptioner(Model[Caption]):
    """A preset that writes captions. Its scores are its own: how likely it finds each word, not how often it is right.

    So nothing that it says counts as unsure, unless `min_score` says so.
    """

    def __init__(self, card: Card, writer: HubWriter) -> None:
        super().__init__(card)
        self.writer = writer

    @classmethod
    def preset_card(cls, name: str) -> Card:
        """The card of `hub:PRESET`. Weights in a folder are their owner's; all others are Google's Gemma."""
        preset = name.removeprefix(PREFIX)
        return Card(
            name=name,
            task="captioning",
            summary=f"KerasHub's model {preset}, asked for captions. Its scores are not calibrated.",
            licence="" if folder_of_preset(preset) else "LicenseRef-Gemma",
            source="https://keras.io/keras_hub/presets/",
        )

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Self:
        """The preset, which KerasHub fetches when it has not yet; bf16 takes half the memory of f32.

        Raises:
            MissingExtraError: when KerasHub is not installed.
            MissingWeightsError: when the preset cannot be fetched.
            UsageError: for a device, which is Keras's to choose.
            WeightsError: when it knows texts only.
        """
        if place.device != "CPU":
            raise UsageError("KerasHub's models run in Keras, which chooses the device: leave it out.")
        numbers = {"f32": "float32", "bf16": "bfloat16"}[place.precision]
        model = opened_preset("CausalLM", card.name, dtype=numbers)
        return cls(card, HubWriter(model, ASKED[type(model).__name__]))

    def reading_size(self, options: Options) -> Size | None:
        """The network's input, where it has one size."""
        return self.writer.input_size

    def run(self, images: Sequence[Image], options: Options) -> list[Caption]:
        """The captions of each image, one image at a time."""
        asked = options if isinstance(options, CaptioningOptions) else CaptioningOptions()
        return [self._answer(image, asked) for image in images]

    def _answer(self, image: Image, asked: CaptioningOptions) -> Caption:
        written = self.writer(image, max(asked.beams, asked.limit), asked.limit)
        best: dict[str, float] = {}  # two texts may differ in what is cut off only
        for each in sorted(written, key=lambda each: -each.score):
            if sentence := first_sentence(each.text):
                best.setdefault(sentence, each.score)
        fields = told(list(best), np.array(list(best.values()), np.float32), self.card.reject_below, asked)
        return Caption(height=image.shape[0], width=image.shape[1], model=self.card.name, **fields)


def first_sentence(text: str) -> str:
    """The first sentence of what a model wrote, without a full stop, as Opsin's captions are.

    >>> first_sentence("Here is a caption:\\n\\n**a dog on a beach. It runs.**<end_of_turn>")
    'A dog on a beach'
    """
    lines = [line.strip(_LIST_OR_QUOTE) for line in _MARK.sub("", text).splitlines()]
    line = next((line for line in lines if line and not line.endswith(":")), "")
    line = re.split(r"(?<=[.!?])\s", " ".join(line.split()))[0].rstrip(".").rstrip(_LIST_OR_QUOTE)
    return line[:1].upper() + line[1:]


for _kind in ASKED:
    HUB.add(_kind, HubCaptioner)
