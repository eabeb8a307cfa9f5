"""Networks in Keras's old format, HDF5, as `model.save("x.h5")` writes it: read when their layers are plain ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from opsin.core.errors import RefusedError, WeightsError
from opsin.core.quiet import quietly
from opsin.media.limits import first_line
from opsin.nn.admission import LAYERS, check_config, without_compile_config
from opsin.nn.backend import keras
from opsin.nn.hdf5 import check_hdf5
from opsin.nn.saved import NO_NETWORK

CONFIG = "model_config"

# fmt: off
_INITIALIZERS = (
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "LecunNormal", "LecunUniform",
    "Ones", "Orthogonal", "OrthogonalInitializer", "RandomNormal", "RandomUniform", "TruncatedNormal",
    "VarianceScaling", "Zeros",
)
# fmt: on
# What the old format leaves out: where a name is from.
_MODULES = {
    **dict.fromkeys(LAYERS, "keras.layers"),
    **dict.fromkeys(("Sequential", "Functional", "DTypePolicy"), "keras"),
    **dict.fromkeys(_INITIALIZERS, "keras.initializers"),
    **dict.fromkeys(("L1", "L2", "L1L2", "OrthogonalRegularizer"), "keras.regularizers"),
    **dict.fromkeys(("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"), "keras.constraints"),
}
_OTHER_NAMES = {"Model": "Functional", "Policy": "DTypePolicy"}


def read_legacy(path: Path) -> Any:
    """The Keras model of an HDF5 file of plain layers. Nothing in the file is run, and no other file is read.

    Raises:
        RefusedError: when it holds more than plain layers and numbers; the message names what.
        WeightsError: when it cannot be read.
    """
    _check(path)
    try:
        with quietly():
            model = keras().models.load_model(str(path), compile=False, safe_mode=True)
    except NO_NETWORK as error:
        raise WeightsError(f"{path} holds no network that Keras can read: {first_line(error)}") from error
    return model


def _check(path: Path) -> None:
    import h5py

    if not path.is_file():
        raise WeightsError(f"There is no {path}.")
    if path.suffix.lower() not in (".h5", ".hdf5"):
        raise WeightsError(f"{path} has not the name of an HDF5 file. Only FILE.h5 is imported.")
    try:
        with h5py.File(path, "r") as file:
            check_hdf5(file, str(path))
            text = file.attrs.get(CONFIG)
    except OSError as error:
        raise WeightsError(f"{path} is damaged, or no HDF5 file: {first_line(error)}") from error
    if text is None:
        raise WeightsError(
            f"{path} holds weights without a network. Build the network in Keras, load them, and save it all."
        )
    check_config(_with_modules(_config(text, path)), str(path))


def _config(text: Any, path: Path) -> Any:
    try:
        return without_compile_config(json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise WeightsError(f"What {path} says of its network is no JSON: {first_line(error)}") from error


def _with_modules(config: Any) -> Any:
    """The configuration as the new format has it; what is not known keeps what it says, and is judged by that."""
    if isinstance(config, list):
        return [_with_modules(each) for each in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "__tuple__":
        return _with_modules(config.get("items"))
    inside = {key: _with_modules(value) for key, value in config.items()}
    name = inside.get("class_name")
    if isinstance(name, str) and inside.get("module") is None and inside.get("registered_name") in (None, name):
        known = _OTHER_NAMES.get(name, name)
        inside |= {"class_name": known, "registered_name": None}
        inside["module"] = _MODULES.get(known)
    return inside


def check_plain(model: Any, path: Path) -> None:
    """Refuses a network that takes or gives more than one thing.

    Raises:
        RefusedError: saying how many.
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise RefusedError(
            f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; one of each can be imported."
        )
