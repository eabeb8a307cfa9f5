"""The second half of a network that writes captions, as a file of OpenVINO's. This module imports Keras."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.quiet import quietly
from opsin.nn.backend import inlined
from opsin.nn.backend import keras as import_keras
from opsin.nn.caption_network import INPUTS, OneMore
from opsin.store.files import writing_to

keras = import_keras()


def write_step(writer: Any, path: Path) -> None:
    """Write the part of a network that answers one word more.

    Args:
        writer: the layer, built.
        path: ends in .xml; a file with the numbers is put beside it.
    """
    import openvino

    _, places, width = writer.output.shape
    shapes = {
        "seen": (None, places, width),
        "words": (None, 1),
        "place": (None, 1),
        "past": (None, writer.sizes["longest"], width),
    }
    model = OneMore(writer)
    model(
        {
            name: np.zeros([1 if side is None else side for side in shape], INPUTS[name])
            for name, shape in shapes.items()
        }
    )
    signature = {name: keras.InputSpec(shape=shape, dtype=INPUTS[name], name=name) for name, shape in shapes.items()}
    with writing_to(path.parent), tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as beside:
        with quietly(), inlined():
            model.export(str(Path(beside) / path.name), format="openvino", verbose=False, input_signature=[signature])
        written = openvino.Core().read_model(Path(beside) / path.name)
        openvino.save_model(written, path, compress_to_fp16=False)
        del written  # it reads its numbers from the file, which is about to go
