"""OpenVINO's own format: what Opsin itself runs fastest. Its file carries notes as runtime information."""

from __future__ import annotations

import tempfile
from pathlib import Path

from opsin.nn.formats._format import FORMATS, Format, Notes, Samples, Serving

NETWORK = "network.xml"
SECTION = "opsin"
"""Under which name the notes stand."""


def _write(network: Serving, folder: Path, notes: Notes, samples: Samples) -> None:
    import openvino

    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as beside:
        network.export(Path(beside) / NETWORK, "openvino")
        model = openvino.Core().read_model(Path(beside) / NETWORK)
        for name, note in notes.items():
            model.set_rt_info(note, [SECTION, name])
        # Left alone, it halves the numbers' precision; fp32 answers are promised.
        openvino.save_model(model, folder / NETWORK, compress_to_fp16=False)
        del model  # it reads its numbers from the file, which is about to go


FORMATS.add("openvino", Format("openvino", NETWORK, "For OpenVINO, and fastest with Opsin.", _write))
