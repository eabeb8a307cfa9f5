"""TensorFlow's SavedModel: a folder. Its notes lie in `assets.extra`, the place that it keeps for its owner's files."""

from __future__ import annotations

from pathlib import Path

from opsin.nn.formats._format import FORMATS, Format, Notes, Samples, Serving

NETWORK = "saved_model"
EXTRA = "assets.extra"


def _write(network: Serving, folder: Path, notes: Notes, samples: Samples) -> None:
    network.export(folder / NETWORK, "tf_saved_model")
    extra = folder / NETWORK / EXTRA
    extra.mkdir()
    for name, note in notes.items():
        (extra / name).write_text(note + "\n", encoding="utf-8")


FORMATS.add("saved_model", Format("saved_model", NETWORK, "For TensorFlow and TensorFlow Serving.", _write))
