"""LiteRT, once called TFLite, for phones and small boards: with the network's own numbers, or in whole ones.

A file carries notes twice: as its metadata, and as a zip archive behind its last byte, as TFLite's own tools do.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.errors import UsageError
from opsin.nn.backend import keras
from opsin.nn.formats._format import FORMATS, LABELS, Format, Notes, Samples, Serving

NETWORK = "network.tflite"


def _write(network: Serving, folder: Path, notes: Notes, samples: Samples) -> None:
    _check_backend()
    network.export(folder / NETWORK, "litert")
    _finish(network, folder / NETWORK, notes)


def _write_int8(network: Serving, folder: Path, notes: Notes, samples: Samples) -> None:
    """Weights and what flows between the layers in 8 bits; input and output stay float32."""
    _check_backend()
    import tensorflow

    def seen() -> Iterator[list[Any]]:
        return ([sample] for sample in samples())

    optimizations = [tensorflow.lite.Optimize.DEFAULT]
    network.export(folder / NETWORK, "litert", optimizations=optimizations, representative_dataset=seen)
    _finish(network, folder / NETWORK, notes)


def _check_backend() -> None:
    if (backend := keras().backend.backend()) != "tensorflow":
        raise UsageError(f"LiteRT is written by TensorFlow, and KERAS_BACKEND is {backend}. Set it to tensorflow.")


def _finish(network: Serving, path: Path, notes: Notes) -> None:
    """Our names for input and output, and the notes."""
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model(path)
    graph = model.subgraphs[0]
    graph.tensors[graph.inputs[0]].name = network.input_name
    graph.tensors[graph.outputs[0]].name = network.output_name
    for name, note in notes.items():
        _note(model, name, note)
    flatbuffer_utils.write_model(model, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(LABELS, notes[LABELS])


def _note(model: Any, name: str, note: str) -> None:
    from ai_edge_litert import schema_py_generated as schema

    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(note.encode(), np.uint8)
    entry.name, entry.buffer = name, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]


FORMATS.add("litert", Format("litert", NETWORK, "For phones and small boards (once TFLite).", _write))
FORMATS.add(
    "litert-int8",
    Format("litert-int8", NETWORK, "The same in 8-bit numbers: a quarter of the size.", _write_int8, is_exact=False),
)
