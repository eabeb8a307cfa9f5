"""Write a taught network as a file for other engines, and prove that it gives the same answers there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from opsin.core.errors import OptionError, RefusedError, UsageError
from opsin.data.dataset import Dataset
from opsin.engine.parity import ENGINES, Parity, Trial, compare, samples, trial
from opsin.engine.run import model_folder
from opsin.engine.run_data import data_of
from opsin.models import DEFAULT_FIT, IMAGE, TAUGHT, TEACHERS
from opsin.nn.formats import FORMATS, Format, Notes, serving
from opsin.nn.saved import load_network
from opsin.runtime.keras import KerasNetwork
from opsin.store.files import write_atomically, writing_to
from opsin.store.folders import check_own, folder_atomically
from opsin.store.progress import Progress, silent
from opsin.weights.card import Card
from opsin.weights.folder import CARD, card_json, read_card, write_card

PARITY, LABELS, NETWORK = "parity.json", "labels.txt", "network.keras"

PICTURES = 512
"""How many pictures the answers are compared by."""
PICTURES_ROUNDED = 10_000
"""How many for a format in 8-bit numbers: half a point of accuracy can be seen only in many."""
SAMPLES = 256
"""How many pictures a format in 8-bit numbers chooses its ranges by."""


@dataclass(frozen=True)
class Exported:
    """A file for other engines.

    Attributes:
        folder: where it lies, with its card, its labels and parity.json.
        network: the file itself, or the folder that it is.
        format: its format's name.
        parity: how its answers compare with the network's, by the engine that it was run with.
    """

    folder: Path
    network: Path
    format: str
    parity: Mapping[str, Parity]

    @property
    def size_bytes(self) -> int:
        """What the network takes on disk."""
        inside = [self.network.with_suffix(".bin"), self.network, *self.network.rglob("*")]
        return sum(path.stat().st_size for path in inside if path.is_file())


def export(
    run: str | os.PathLike[str],
    *,
    to: str,
    data: Any = None,
    into: str | Path | None = None,
    pictures: int | None = None,
    progress: Progress | None = None,
) -> Exported:
    """A taught network as a file for other engines. It is kept only when it gives the same answers there.

    Its input is `image`: float32 (n, height, width, channels) in 0..255, n free; all normalisation is inside. Its
    output is a classifier's `logits`: (n, labels); or a detector's `proposals`: (n, places, 4 + labels), of which the
    first four columns are boxes, xyxy in pixels of the input, and the others logits. Labels and card are in the file
    itself too, and how the output is read.

    Args:
        run: the folder of a run, or of another model with a network.keras.
        to: the name of a format: "onnx", "litert", "litert-int8", "openvino", "saved_model".
        data: what `opsin.data.load` takes: the pictures to compare answers by; the run's own when left out.
        into: a folder that the network is put into beside what is there already; RUN/export/FORMAT when left out.
        pictures: how many to compare by.
        progress: is told how many pictures are done.

    Raises:
        RefusedError: when the file's answers are not the network's; nothing but parity.json is kept then.
        UsageError: for an unknown format, a run without network.keras, or a network that cannot be written so.
        InputError: for data that the answers cannot be compared by.
    """
    form = FORMATS.get(to)
    if pictures is not None and pictures < 2:
        raise OptionError(f"pictures must be at least 2; got {pictures}.")
    folder = _with_network(run)
    at = Path(into) if into is not None else folder / "export" / to
    card = read_card(folder)
    _check_whole(form, card)
    if into is None:
        check_own(at, _own(form, card))
    shown = data_of(folder, data)
    limit = pictures or (PICTURES if form.is_exact else PICTURES_ROUNDED)
    network = load_network(folder / NETWORK)
    work = _Work(form, card, trial(shown, card, limit, network), shown, network, progress or silent)
    return _beside(work, at) if into is not None else _alone(work, at)


@dataclass(frozen=True, eq=False)
class _Work:
    """All that it takes to write a file and to try it."""

    form: Format
    card: Card
    trial: Trial
    data: Dataset
    model: Any
    progress: Progress

    def write(self, folder: Path) -> dict[str, Parity]:
        """The file and all that belongs to it, into an empty folder; answers how it compares."""
        network = serving(self.model, IMAGE, self.trial.raw)
        self.form.write(network, folder, _notes(self.card), partial(samples, self.data, self.card, SAMPLES))
        write_card(folder, self.card)
        self.trial.teacher.write_beside(folder)
        (folder / LABELS).write_text("\n".join(self.card.labels) + "\n", encoding="utf-8")
        found = self._parity(folder / self.form.network)
        _write_parity(folder, self.form, found)
        return found

    def _parity(self, path: Path) -> dict[str, Parity]:
        """How the file's answers compare, by engine."""
        trial = self.trial
        before = trial.answers(KerasNetwork(self.model, IMAGE, trial.raw), self._tell("network"))
        rows = trial.rows[: len(before)]
        return {
            name: compare(before, trial.answers(opened(path, trial.raw), self._tell(name)), rows, trial.teacher)
            for name, opened in ENGINES[path.name].items()
        }

    def _tell(self, engine: str) -> Any:
        return lambda done: self.progress(f"pictures through {engine}", done, len(self.trial.pixels))


def _alone(work: _Work, at: Path) -> Exported:
    """The file in a folder of its own, which appears whole or not at all."""
    with folder_atomically(at, _own(work.form, work.card)) as folder:
        found = work.write(folder)
        if faults := _faults(work.form, found):
            _leave_only_parity(folder)
    if faults:
        raise _refused(work.form, at, faults)
    return Exported(at, at / work.form.network, work.form.name, found)


def _beside(work: _Work, at: Path) -> Exported:
    """The file beside others."""
    with writing_to(at), tempfile.TemporaryDirectory(dir=at, prefix=".export.") as beside:
        folder = Path(beside)
        found = work.write(folder)
        faults = _faults(work.form, found)
        (folder / PARITY).replace(at / PARITY)
        if faults:
            raise _refused(work.form, at, faults)
        # The network last: where it is, all that belongs to it is.
        for name in (*work.trial.teacher.beside, "network.bin", work.form.network):
            if (folder / name).exists():
                (folder / name).replace(at / name)
    return Exported(at, at / work.form.network, work.form.name, found)


def _with_network(run: str | os.PathLike[str]) -> Path:
    folder = model_folder(run)
    if not (folder / NETWORK).is_file():
        raise UsageError(f"{folder} has no {NETWORK} to export from. Name the run that it came from.")
    return folder


def _check_whole(form: Format, card: Card) -> None:
    if TEACHERS.get(card.task).beside and form.name != "openvino":
        raise UsageError(
            f"A network for {card.task} answers through two files, which {form.name} does not hold together. "
            "Export it to openvino."
        )


def _own(form: Format, card: Card) -> tuple[str, ...]:
    return (CARD, PARITY, LABELS, form.network, "network.bin", *TEACHERS.get(card.task).beside)


def _notes(card: Card) -> Notes:
    """What the file says about itself."""
    height, width = card.input_size or (0, 0)
    colour = "grey" if card.channels == 1 else "RGB"
    fit = card.fit or DEFAULT_FIT
    about = f"{IMAGE}: float32 (n, {height}, {width}, {card.channels}), {colour} in 0..255; fit: {fit}. "
    about += TAUGHT.get(card.task).reading(card)
    return {LABELS: "\n".join(card.labels), CARD: card_json(card), "about.txt": about}


def _faults(form: Format, found: Mapping[str, Parity]) -> list[str]:
    faults = {name: parity.faults(is_exact=form.is_exact) for name, parity in found.items()}
    return [f"{name}: {fault}" for name, said in faults.items() for fault in said]


def _write_parity(folder: Path, form: Format, found: Mapping[str, Parity]) -> None:
    facts = {
        "format": form.name,
        "is_good": not _faults(form, found),
        "faults": _faults(form, found),
        "engines": {name: parity.to_dict() for name, parity in found.items()},
    }
    with write_atomically(folder / PARITY) as file:
        file.write(json.dumps(facts, indent=1).encode() + b"\n")


def _leave_only_parity(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != PARITY:
            path.unlink()


def _refused(form: Format, at: Path, faults: list[str]) -> RefusedError:
    return RefusedError(f"The {form.name} file was not kept: {'; '.join(faults)}. See {at / PARITY}.")
