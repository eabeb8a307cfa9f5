"""A network by whatever the user has of it: a name, a preset, a file with a function, a function, a Keras model."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from opsin.core.errors import InputError, OpsinError, UsageError
from opsin.core.image import Size
from opsin.models._architecture import ARCHITECTURES, Architecture, Blueprint
from opsin.models._hub import PREFIX, hub_network
from opsin.models._logits import as_logits
from opsin.nn.backend import keras

FUNCTION = "build"
"""What the function in a user's file is called, when the path does not say."""


def network_named(network: Any) -> Architecture:
    """The architecture that is meant.

    Args:
        network: a registered name ("mobilenet_v2"); "hub:PRESET"; a path of a Python file, "my_model.py" or
            "my_model.py:build", whose code is run as the user's own; an architecture; a function
            (input_shape, labels) -> keras.Model, or one with fewer arguments; or a keras.Model. A model of the user's
            own takes pixels in 0..255 and answers a score or a logit for each label.

    Raises:
        UnknownNameError: when nothing goes by that name; the message names the nearest.
        UsageError: when it is nothing of these, or the file has no such function.
        InputError: when the file cannot be read or run.
    """
    if isinstance(network, Architecture):
        return network
    if isinstance(network, str | Path):
        return _by_name(str(network))
    # A program that has made a Keras model has imported Keras; asking must not import it.
    if (loaded := sys.modules.get("keras")) and isinstance(network, loaded.Model):
        return _own(network.name, lambda blueprint: network, _fixed_size(network))
    if callable(network):
        return _own(getattr(network, "__name__", "network"), lambda blueprint: _built(network, blueprint))
    raise UsageError(
        f"A network is a name, a path of a Python file, a function or a keras.Model; got {type(network).__name__}."
    )


def _by_name(name: str) -> Architecture:
    if name.startswith(PREFIX):
        return hub_network(name)
    # Not by the last colon: Windows writes one after the letter of a disk.
    path, suffix, function = name.partition(".py")
    if suffix and function[:1] in ("", ":"):
        return _own_file(Path(path + suffix), function[1:] or FUNCTION)
    return ARCHITECTURES.get(name)


def _own_file(path: Path, function: str) -> Architecture:
    build = _function(path, function)

    def model(blueprint: Blueprint) -> Any:
        with _told(path):
            return _built(build, blueprint)

    return _own(path.stem, model)


def _own(name: str, model: Callable[[Blueprint], Any], size: Size | None = None) -> Architecture:
    """An architecture that is whole: its last layer is the user's."""
    return Architecture(
        name=name,
        summary="The user's own network.",
        features=lambda pixels, blueprint: _answers(model(blueprint), pixels, blueprint),
        input_size=size,
        is_whole=True,
    )


def _answers(model: Any, pixels: Any, blueprint: Blueprint) -> Any:
    """The user's model on the pixels, as logits (n, labels)."""
    if not isinstance(model, keras().Model):
        raise UsageError(f"The function must return a keras.Model; it returned {type(model).__name__}.")
    logits = as_logits(model, (*blueprint.size, blueprint.channels))
    labels = logits.output_shape[1:]
    if labels != (blueprint.labels,):
        raise UsageError(
            f"The network {model.name!r} must answer {blueprint.labels} numbers for a picture, one for each label; "
            f"it answers {' x '.join(map(str, labels))}."
        )
    return logits(pixels)


def _fixed_size(model: Any) -> Size | None:
    """(height, width) that the model was built for; None when it takes any."""
    shape = getattr(model, "input_shape", None) if model.built else None
    if isinstance(shape, tuple) and len(shape) == 4 and shape[1] and shape[2]:
        return shape[1], shape[2]
    return None


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _built(build: Callable[..., Any], blueprint: Blueprint) -> Any:
    """What the user's function makes of the input's shape and the number of labels, as far as it asks for them."""
    given = ((*blueprint.size, blueprint.channels), blueprint.labels)
    asked = [each for each in inspect.signature(build).parameters.values() if each.kind in _POSITIONAL]
    needed = [each.name for each in asked if each.default is inspect.Parameter.empty]
    if len(needed) > len(given):
        raise UsageError(
            f"{build.__name__} must take (input_shape, labels) at most; it asks for ({', '.join(needed)})."
        )
    return build(*given[: len(asked)])


def _function(path: Path, name: str) -> Callable[..., Any]:
    """The function of that name in a file of the user's, which is run for it."""
    if not path.is_file():
        raise InputError(f"There is no file {path}. Give a network's name, or the path of a Python file.")
    function = getattr(_run(path), name, None)
    if not callable(function):
        raise UsageError(
            f"{path} has no function {name}(input_shape, labels) that returns a keras.Model. "
            f"Write one, or say which it is: {path}:FUNCTION"
        )
    return cast("Callable[..., Any]", function)


def _run(path: Path) -> ModuleType:
    """The file as a module."""
    keras()  # first, so that its backend is chosen before the file imports it
    name = f"opsin_network_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} cannot be read as a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    with _told(path):
        spec.loader.exec_module(module)
    return module


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """A failure of the user's code becomes one line, with the place in their file."""
    try:
        yield
    except OpsinError:
        raise
    # Their code may fail in any way at all.
    except Exception as error:
        raise InputError(f"{path}, line {_line(error, path)}: {type(error).__name__}: {error}") from error


def _line(error: Exception, path: Path) -> int | str:
    """The line of the user's file at which it failed."""
    if isinstance(error, SyntaxError):
        return error.lineno or "?"
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return next((frame.lineno for frame in frames if frame.filename == str(path) and frame.lineno), "?")
