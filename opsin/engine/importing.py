"""Make a model's folder of a network in Keras's old format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opsin.core.errors import OptionError, UsageError
from opsin.media.fitting import FITS
from opsin.models import DEFAULT_FIT, IMAGE, as_logits
from opsin.nn.backend import keras
from opsin.nn.legacy import check_plain, read_legacy
from opsin.nn.saved import save_network
from opsin.store.folders import check_own, folder_atomically
from opsin.weights.card import Card
from opsin.weights.folder import CARD, write_card

NETWORK = "network.keras"

RANGES = {"0..255": (1.0, 0.0), "0..1": (1 / 255, 0.0), "-1..1": (1 / 127.5, -1.0)}
"""What pixels in 0..255 are multiplied by and what is added, for the range that a network was trained with."""

_SCALING = ("Rescaling", "Normalization")


def import_model(
    file: str | Path, *, into: str | Path, labels: Sequence[str], pixels: str | None = None, fit: str = DEFAULT_FIT
) -> Card:
    """Read an HDF5 file of plain layers, as `model.save("x.h5")` writes it, and write a folder that Opsin answers with.

    Args:
        file: the file.
        into: a new folder.
        labels: in the order of the network's outputs.
        pixels: the range of pixels that the network was trained with, one of `RANGES`. Left out, it is 0..255 for a
            network that begins with a layer for scaling, else 0..1.
        fit: how a picture is brought to the input's size, one of `FITS`.

    Raises:
        RefusedError: when the file holds more than plain layers and numbers.
        WeightsError: when it cannot be read.
        UsageError: when the network tells no labels from a picture, or not as many; or for an unknown range or fit.
    """
    path, folder = Path(file), Path(into)
    _check_words(pixels, fit)
    check_own(folder, (CARD, NETWORK))
    network = read_legacy(path)
    check_plain(network, path)
    height, width, channels = _input_shape(network, path)
    raw = as_logits(network, (height, width, channels))
    if raw.outputs[0].shape[1:] != (len(labels),):
        raise UsageError(f"{path} tells {raw.outputs[0].shape[-1]} labels apart, and {len(labels)} were given.")
    card = Card(
        name=folder.name,
        task="classification",
        summary=f"Imported from {path.name}: {len(labels)} labels.",
        labels=tuple(labels),
        input_size=(height, width),
        channels=channels,
        fit=fit,
        licence="",
    )
    with folder_atomically(folder, (CARD, NETWORK)) as beside:
        save_network(_from_bytes(raw, pixels or _range(network)), beside / NETWORK)
        write_card(beside, card)
    return card


def _check_words(pixels: str | None, fit: str) -> None:
    if pixels is not None and pixels not in RANGES:
        raise OptionError(f"pixels must be one of {', '.join(RANGES)}; got {pixels!r}.")
    if fit not in FITS:
        raise OptionError(f"fit must be one of {', '.join(FITS)}; got {fit!r}.")


def _input_shape(network: Any, path: Path) -> tuple[int, int, int]:
    shape = tuple(network.inputs[0].shape[1:])
    if len(shape) != 3 or None in shape or shape[2] not in (1, 3):
        raise UsageError(f"{path} takes {shape}; only (height, width, 1 or 3), a picture of a fixed size, is imported.")
    return shape[0], shape[1], shape[2]


def _range(network: Any) -> str:
    first = [type(layer).__name__ for layer in network.layers if type(layer).__name__ != "InputLayer"][:1]
    return "0..255" if first and first[0] in _SCALING else "0..1"


def _from_bytes(network: Any, pixels: str) -> Any:
    """The network taking pixels in 0..255, as all of ours do."""
    scale, offset = RANGES[pixels]
    image = keras().Input(network.inputs[0].shape[1:], name=IMAGE)
    scaled = image if pixels == "0..255" else keras().layers.Rescaling(scale, offset)(image)
    return keras().Model(image, network(scaled), name="imported")
