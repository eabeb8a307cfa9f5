"""The second half of a network that writes captions, as a file of OpenVINO's. This module imports Keras."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.quiet import quietly
from opsin.nn.backend import inlined
from opsin.nn.backend import keras as import_keras
from opsin.nn.caption_network import OneMore
from opsin.nn.caption_parts import parts
from opsin.store.files import writing_to

keras = import_keras()


def write_step(writer: Any, path: Path) -> None:
    """Write the part of a network that answers one word more.

    Args:
        writer: the layer, built.
        path: ends in .xml; a file with the numbers is put beside it.
    """
    import openvino

    signature = {each.name: each for each in _inputs(writer)}
    model = OneMore(writer)
    model({name: np.zeros([side or 1 for side in each.shape], each.dtype) for name, each in signature.items()})
    with writing_to(path.parent), tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as beside:
        with quietly(), inlined():
            model.export(str(Path(beside) / path.name), format="openvino", verbose=False, input_signature=[signature])
        written = openvino.Core().read_model(Path(beside) / path.name)
        openvino.save_model(written, path, compress_to_fp16=False)
        del written  # it reads its numbers from the file, which is about to go


def _inputs(writer: Any) -> Iterator[Any]:
    """What `OneMore` takes: pictures, words and captions in any number."""
    _, count, heads, places, width = writer.output.shape
    for of, length in (("seen", places), ("past", writer.sizes["longest"])):
        for name in parts(of, count):
            yield keras.InputSpec(shape=(None, heads, length, width), dtype="float32", name=name)
    for name in ("words", "place"):
        yield keras.InputSpec(shape=(None, 1), dtype="int32", name=name)
