"""ONNX: https://onnx.ai. Its file carries notes as `metadata_props`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from opsin.nn.formats._format import FORMATS, Format, Notes, Samples, Serving

NETWORK = "network.onnx"
FREE = "n"
"""What the free first axis is called."""


def _write(network: Serving, folder: Path, notes: Notes, samples: Samples) -> None:
    import onnx

    network.export(folder / NETWORK, "onnx")
    model = onnx.load(folder / NETWORK)
    _name_free_axes(model.graph)
    onnx.helper.set_model_props(model, dict(notes))
    model.producer_name = "opsin"
    onnx.save(model, folder / NETWORK)


def _name_free_axes(graph: Any) -> None:
    """The converter calls every free axis `unk__` and a number; one name says that they are the same."""
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = FREE
    # Of the values between, the runtimes work out the shapes themselves.
    del graph.value_info[:]


FORMATS.add("onnx", Format("onnx", NETWORK, "For ONNX Runtime and most other engines.", _write))
