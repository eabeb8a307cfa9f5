"""Which family answers `hub:PRESET`: the one that knows the class of KerasHub's that the preset is of.

https://keras.io/keras_hub/presets/
"""

from __future__ import annotations

import difflib
import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from opsin.core.errors import MissingWeightsError, UsageError, WeightsError
from opsin.core.registry import Registry
from opsin.models._hub import PREFIX, keras_hub
from opsin.models._model import Model
from opsin.models._registry import PRESETS, PresetFamily
from opsin.runtime.network import Place
from opsin.weights.card import Card

LIST = "Presets: https://keras.io/keras_hub/presets/"

HUB: Registry[PresetFamily] = Registry("class of KerasHub's models", "opsin.models")
"""The family that opens presets of a class of `keras_hub.models`, or of those whose names end as that one's does."""


class HubPresets:
    """Leads each preset of KerasHub to the family that opens it."""

    @classmethod
    def preset_card(cls, name: str) -> Card:
        """The card of `hub:PRESET`. Its weights are looked for when it is opened.

        Raises:
            MissingExtraError: when it is no folder, and KerasHub is not installed.
            MissingWeightsError: when nothing can be learned of a preset that lies elsewhere.
            UsageError: when no preset is named, or one that KerasHub does not have or no family here opens.
            WeightsError: when it is a folder that cannot be read, or of a class that no family opens.
        """
        return _family(name).preset_card(name)

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Model[Any]:
        """The preset, opened by its family; raises what that one does."""
        return _family(card.name).open(card, place, parts)


PRESETS.add(PREFIX, HubPresets)


def preset_of(name: str) -> str:
    """The preset that a model's name tells; the whole path of a folder, so that nothing else is taken for it."""
    preset = name.removeprefix(PREFIX)
    folder = folder_of_preset(preset)
    return str(folder) if folder else preset


def folder_of_preset(preset: str) -> Path | None:
    """The folder of a preset that lies here."""
    folder = Path(preset)
    return folder.resolve() if preset and "://" not in preset and (folder / "config.json").is_file() else None


def opened_preset(kind: str, name: str, **options: Any) -> Any:
    """The model of `hub:PRESET`, which KerasHub fetches when it has not yet.

    Args:
        kind: the class of `keras_hub.models` that opens it.
        name: of the model, its prefix included.
        options: what `from_preset` takes.

    Raises:
        MissingExtraError: when KerasHub is not installed.
        MissingWeightsError: when the preset cannot be fetched or read.
    """
    opener = getattr(keras_hub().models, kind)
    try:
        return opener.from_preset(preset_of(name), **options)
    # It fetches from several hosts with several packages, each of which fails in its own ways.
    except Exception as error:
        raise _not_had(name.removeprefix(PREFIX), error) from error


def _not_had(preset: str, error: Exception) -> MissingWeightsError:
    told = (str(error).strip() or type(error).__name__).splitlines()[0]
    return MissingWeightsError(f"KerasHub's preset {preset} cannot be had: {told}. {LIST}")


def _family(name: str) -> PresetFamily:
    preset = name.removeprefix(PREFIX)
    if not preset:
        raise UsageError("hub: wants the name of a preset, as hub:dfine_nano_coco.")
    if folder := folder_of_preset(preset):
        return _opening(preset, _classes_in(folder))
    if "://" in preset:
        return _opening(preset, _classes_at(preset))
    return _registered(preset)


def _opening(preset: str, classes: tuple[str, ...]) -> PresetFamily:
    """The family of the first class that any opens."""
    for known in HUB.names():
        if any(each.endswith(known) for each in classes):
            return HUB.get(known)
    found, right = " or ".join(classes) or "of no class", ", ".join(HUB.names())
    raise WeightsError(f"The preset {preset} is {found}; those of these classes of KerasHub can be opened: {right}.")


def _registered(preset: str) -> PresetFamily:
    """The family of a preset by KerasHub's own list, for which nothing is fetched."""
    known: dict[str, str] = {}
    for kind, presets in _lists():
        if preset in presets:
            return HUB.get(kind)
        known |= dict.fromkeys(presets, kind)
    near = difflib.get_close_matches(preset, known, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"KerasHub has no preset {preset!r} that can be opened here.{guess} {LIST}")


def _lists() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each class that a family opens and this version of KerasHub has, with its presets."""
    models = keras_hub().models
    for kind in HUB.names():
        if hasattr(models, kind):
            yield kind, getattr(models, kind).presets


def _classes_in(folder: Path) -> tuple[str, ...]:
    """The class of a folder's model; of one that was saved without its task, those that its network can be."""
    if (folder / "task.json").is_file():
        return (_said(folder / "task.json", "class_name", str),)
    network = _said(folder / "config.json", "class_name", str).removesuffix("Backbone")
    tasks = _said(folder / "metadata.json", "tasks", list) if (folder / "metadata.json").is_file() else []
    return tuple(f"{network}{task}" for task in tasks)


def _said(file: Path, key: str, kind: type[Any]) -> Any:
    """What a file of a preset says.

    Raises:
        WeightsError: when it is not JSON, or does not say it.
    """
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{file} cannot be read: {error}.") from error
    if not isinstance(found, dict) or not isinstance(found.get(key), kind):
        raise WeightsError(f"{file} does not say its {key}, as KerasHub's presets do.")
    return found[key]


def _classes_at(address: str) -> tuple[str, ...]:
    """The classes that fit the network at kaggle://, hf:// …, of which only the description is fetched."""
    models = keras_hub().models
    try:
        # There is no public way that leaves the weights where they are.
        loader = importlib.import_module("keras_hub.src.utils.preset_utils").get_preset_loader(address)
        network = loader.check_backbone_class()
    except Exception as error:  # as in `opened_preset`
        raise _not_had(address, error) from error
    fits = [kind for kind in HUB.names() if hasattr(models, kind) and _fits(getattr(models, kind), network)]
    return tuple(fits) or (network.__name__,)


def _fits(kind: Any, network: type[Any]) -> bool:
    return kind.backbone_cls is network or any(_fits(each, network) for each in kind.__subclasses__())
