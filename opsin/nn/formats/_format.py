"""What a file format is, and the network as all of them take it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UsageError
from opsin.core.quiet import quietly
from opsin.core.registry import Registry
from opsin.nn.backend import inlined, keras

Notes = Mapping[str, str]
"""What a file says about itself, by name: its labels, its card."""

Samples = Callable[[], Iterator[NDArray[np.float32]]]
"""Gives real pictures (1, h, w, c) in 0..255, by which a format that rounds numbers chooses their ranges."""

LABELS = "labels.txt"


@dataclass(frozen=True, eq=False)
class Serving:
    """A network as it is exported: never in training, its input and output named.

    Attributes:
        model: a Keras model that answers {output_name: (n, labels)}.
        signature: of its input.
        input_name: pixels (n, h, w, c) float32 in 0..255.
        output_name: of its output.
        labels: how many there are.
    """

    model: Any
    signature: list[Any]
    input_name: str
    output_name: str
    labels: int

    def export(self, path: Path, form: str, **more: Any) -> None:
        """Keras's own export, without its chatter.

        Raises:
            UsageError: when Keras cannot write this network in that format; the message says why.
        """
        try:
            with quietly(), inlined():
                self.model.export(str(path), format=form, verbose=False, input_signature=self.signature, **more)
        # Four converters raise what they like; which network they cannot take is for their own words to say.
        except Exception as error:
            raise UsageError(f"This network cannot be written as {form}: {_last_line(error)}") from error


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


def serving(model: Any, input_name: str, output_name: str) -> Serving:
    """A Keras model with one input (n, h, w, c) and one output (n, labels), made ready for export."""
    library = keras()

    class Served(library.Model):  # type: ignore[misc, name-defined]  # Keras is untyped
        """The network, told that it is not in training: Keras's random layers are, unless they are told."""

        def __init__(self, network: Any) -> None:
            super().__init__(name="opsin")
            self.network = network

        def call(self, image: Any) -> dict[str, Any]:
            return {output_name: self.network(image, training=False)}

    shape = tuple(model.inputs[0].shape)
    served = Served(model)
    _hold_constants(model)
    # Keras refuses to export what was never called.
    served(np.zeros((1, *shape[1:]), np.float32))
    signature = [library.InputSpec(shape=(None, *shape[1:]), dtype="float32", name=input_name)]
    return Serving(served, signature, input_name, output_name, model.outputs[0].shape[-1])


def _hold_constants(network: Any) -> None:
    """Means and variances that were given are tensors in Keras, and ONNX files had them as inputs: arrays are none."""
    for layer in network._flatten_layers():  # Keras's only way down into nested networks
        if isinstance(layer, keras().layers.Normalization) and layer.input_mean is not None:
            layer.mean, layer.variance = np.asarray(layer.mean), np.asarray(layer.variance)


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        name: as in `opsin export RUN --to NAME`.
        network: what the network is called in its folder: one of `opsin.weights.folder.NETWORKS`.
        summary: where such files are used, in one sentence.
        write: a network into a folder, with its notes and with samples.
        is_exact: whether its numbers are those of the network; else its answers are compared, not its logits.
    """

    name: str
    network: str
    summary: str
    write: Callable[[Serving, Path, Notes, Samples], None]
    is_exact: bool = True


FORMATS: Registry[Format] = Registry("format", "opsin.nn.formats")
"""Every format, by name."""
