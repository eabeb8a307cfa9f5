"""Networks as `.keras` files: written whole, and read without running any code that the file brings."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

from opsin.core.errors import RefusedError, UsageError, WeightsError
from opsin.media.limits import first_line
from opsin.nn.admission import check_config, without_compile_config
from opsin.nn.backend import jit, keras
from opsin.nn.hdf5 import check_hdf5
from opsin.store.files import writing_to

CONFIG, WEIGHTS, ABOUT = "config.json", "model.weights.h5", "metadata.json"

_MAX_CONFIG_BYTES = 50_000_000
_MAX_GROWTH = 100
_MODULES = (
    "opsin.nn.layers",
    "opsin.nn.augment",
    "opsin.nn.ensemble",
    "opsin.nn.box_layers",
    "opsin.nn.caption_layers",
    "opsin.nn.caption_network",
)
"""Where Opsin's own layers are registered."""

# What Keras raises for a configuration that holds together in no network, found by feeding it some.
NO_NETWORK = (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError, MemoryError)


def check_savable(model: Any) -> None:
    """Refuse a network that `load_network` would refuse, before hours are spent on it.

    Args:
        model: a Keras model.

    Raises:
        UsageError: naming the layer that is in the way.
    """
    config = json.loads(json.dumps(keras().saving.serialize_keras_object(model), default=str))
    try:
        check_config(without_compile_config(config), model.name)
    except RefusedError as error:
        raise UsageError(f"This network could be saved, but not be opened again. {error}") from error


def save_network(model: Any, path: Path) -> None:
    """Write a network, without the state of its training, as a `.keras` file: whole or not at all.

    Args:
        model: a functional or sequential Keras model that has been built.
        path: ends in `.keras`.

    Raises:
        UsageError: for a network that could not be opened again.
        OpsinError: when the disk is full.
    """
    check_savable(model)
    # Without a copy the optimizer's state would be written too: it is twice as large as the network itself.
    plain = keras().Model(model.inputs[0], model.outputs[0], name=model.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing_to(path.parent), tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as beside:
        written = Path(beside) / "network.keras"
        plain.save(written)
        with written.open("rb") as file:
            os.fsync(file.fileno())
        written.replace(path)


def load_network(path: Path) -> Any:
    """The Keras model of a `.keras` file. Nothing in the file is run, and no other file is read.

    Raises:
        RefusedError: when it holds more than plain layers and numbers; the message names what.
        WeightsError: when it cannot be read.
    """
    _check_form(path)
    try:
        with zipfile.ZipFile(path) as archive:
            config = _config(archive, path)
            _check_weights(archive, path)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise WeightsError(f"{path} is damaged, or no .keras file: {first_line(error)}. Get a fresh copy.") from error
    model = network_from(config, str(path))
    try:
        with warnings.catch_warnings():
            # Keras only warns when a layer found no weights, and leaves it random.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except (*NO_NETWORK, UserWarning) as error:
        raise WeightsError(f"The weights in {path} are not those of its network: {first_line(error)}") from error
    model.jit_compile = jit()
    return model


def network_from(config: Any, where: str) -> Any:
    """The Keras model of a configuration that names plain layers only; its weights are random.

    Raises:
        RefusedError: when it names anything else.
        WeightsError: when the layers make no network.
    """
    check_config(config, where)
    for module in filter(importlib.util.find_spec, _MODULES):
        importlib.import_module(module)
    try:
        model = keras().saving.deserialize_keras_object(config, safe_mode=True)
    except NO_NETWORK as error:
        raise WeightsError(f"The layers in {where} make no network: {first_line(error)}") from error
    if not isinstance(model, keras().Model) or not model.built or len(model.outputs) != 1:
        raise WeightsError(f"{where} holds no network with one output.")
    return model


def _check_form(path: Path) -> None:
    """Tells apart what people have under that name, and says what to do with each."""
    if path.suffix.lower() in (".h5", ".hdf5"):
        raise RefusedError(
            f"{path} is in Keras's old format, which may bring code. If its layers are plain ones, make a new folder "
            f"of it with: opsin models import {path} --into DIR --labels LABELS.txt"
        )
    if not path.is_file():
        raise WeightsError(f"There is no {path}.")
    with path.open("rb") as file:
        head = file.read(8)
    if head == b"\x89HDF\r\n\x1a\n":
        raise RefusedError(
            f"{path} is an HDF5 file under another name. Call it FILE.h5 and use: opsin models import FILE.h5"
        )
    if not head.startswith(b"PK"):
        kind = " It may be a pickle, which runs code when it is read." if head[:1] == b"\x80" else ""
        raise RefusedError(f"{path} was not loaded: it is no .keras file.{kind} Save the network with Keras 3.")


def _config(archive: zipfile.ZipFile, path: Path) -> Any:
    """What the archive says of the network, losses and optimizers left out."""
    names = archive.namelist()
    if extra := sorted({name for name in names if name not in (CONFIG, WEIGHTS, ABOUT) or names.count(name) > 1}):
        raise RefusedError(f"{path} was not loaded: a network's file holds no {extra[0]!r}.")
    for name in (CONFIG, WEIGHTS):
        if name not in names:
            raise WeightsError(f"{path} lacks {name}: it is no .keras file, or damaged. Get a fresh copy.")
    for member in archive.infolist():
        most = _MAX_CONFIG_BYTES if member.filename != WEIGHTS else _MAX_GROWTH * member.compress_size
        if member.file_size > most:
            raise RefusedError(f"{path} was not loaded: {member.filename} unpacks to {member.file_size:,} bytes.")
    try:
        return without_compile_config(json.loads(archive.read(CONFIG)))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{CONFIG} in {path} is no JSON that can be read: {first_line(error)}") from error


def _check_weights(archive: zipfile.ZipFile, path: Path) -> None:
    import h5py

    try:
        with h5py.File(io.BytesIO(archive.read(WEIGHTS)), "r") as file:
            check_hdf5(file, str(path))
    except (OSError, KeyError, RuntimeError) as error:
        raise WeightsError(f"The weights in {path} are damaged: {first_line(error)}. Get a fresh copy.") from error
