"""The rival of a decoder that keeps what it worked out: at each word it works out all of it again.

That is what every word so far tells, and what the places of the picture tell each block.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.quiet import quietly
from opsin.models._beams import Step, Told
from opsin.models._taught import IMAGE
from opsin.nn.backend import inlined
from opsin.nn.backend import keras as import_keras
from opsin.nn.caption_layers import NEVER
from opsin.nn.saved import load_network
from opsin.runtime.network import Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork

keras = import_keras()
ops = keras.ops


class Look(keras.Model):
    """(n, h, w, channels) -> (n, places, d), of a `CaptionWriter`."""

    def __init__(self, writer: Any) -> None:
        super().__init__(name="look")
        self.writer = writer

    def call(self, inputs: Any) -> dict[str, Any]:
        """What is seen, before it is told to anybody."""
        return {"seen": self.writer.look(inputs[IMAGE])}


class Again(keras.Model):
    """Logits of the next word from (n, t) words, their places (n, t) and what is seen (n, places, d)."""

    def __init__(self, writer: Any) -> None:
        super().__init__(name="again")
        self.writer = writer

    def call(self, inputs: Any) -> dict[str, Any]:
        """As `CaptionWriter.write`, for the last word alone and any number of words."""
        place, x = inputs["place"][:1], self.writer._placed(inputs["words"], inputs["place"])
        later = NEVER * ops.cast(place[:, :, None] < place[:, None, :], "float32")  # (1, t, t)
        for block in self.writer.blocks:
            x, _ = block(x, block.picture.told(inputs["seen"]), later)
        # The words come back too: they are to this decoder what earlier words told to the other.
        return {"logits": self.writer._logits(x[:, -1:])[:, 0], "told": inputs["words"] + 0}


class WholePrefix:
    """The same network in the same engine, without a cache.

    Args:
        network: network.keras of a run.
    """

    def __init__(self, network: Path) -> None:
        (writer,) = [each for each in load_network(network).layers if each.name == "writer"]
        places, width = writer.output.shape[3], writer.sizes["width"]
        looked = {IMAGE: (*writer.input.shape, "float32")}
        asked = {
            "seen": (None, places, width, "float32"),
            "words": (None, None, "int32"),
            "place": (None, None, "int32"),
        }
        self.look = opened(Look(writer), looked, ["seen"])
        self.again = opened(Again(writer), asked, ["logits", "told"])

    def stepping(self, features: NDArray[np.float32], captions: int) -> Step:
        """As `opsin.models._writing.stepping`, from (1, h, w, channels) features of a picture."""
        # Each caption is a row of its own, as it is to a decoder that keeps nothing.
        seen = np.repeat(self.look({IMAGE: features})["seen"], captions, axis=0)

        def step(last: NDArray[Any], place: NDArray[Any], told: Told | None) -> tuple[Any, Told]:
            word = last[:, None].astype(np.int32)
            words = word if told is None else np.concatenate([*told, word], axis=1)
            places = np.broadcast_to(np.arange(words.shape[1], dtype=np.int32), words.shape)
            raw = self.again({"seen": seen, "words": words, "place": np.ascontiguousarray(places)})
            return raw["logits"], (raw["told"],)

        return step


def opened(model: Any, inputs: dict[str, tuple[Any, ...]], outputs: list[str]) -> Network:
    """A Keras model in OpenVINO; of each input its shape and kind."""
    model(
        {
            name: np.zeros([2 if side is None else side for side in shape], kind)
            for name, (*shape, kind) in inputs.items()
        }
    )
    signature = {name: keras.InputSpec(shape=shape, dtype=kind, name=name) for name, (*shape, kind) in inputs.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{model.name}.xml"
        with quietly(), inlined():
            model.export(str(path), format="openvino", verbose=False, input_signature=[signature])
        return OpenVinoNetwork(path, Graph("", {name: name for name in outputs}), Place(shares=False))
