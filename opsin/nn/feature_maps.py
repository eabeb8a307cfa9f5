"""What each layer of a Keras network answers, layer by layer, also inside networks that lie in it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UnknownNameError, UsageError
from opsin.nn.backend import keras

Tensor = Any
"""An array of the backend that Keras runs on."""


@dataclass(frozen=True, eq=False)
class Step:
    """One layer's turn.

    Attributes:
        name: of the layer; inside another network, with that one's name in front: "backbone/block_1_expand".
        kind: of layer, as Keras names it: "Conv2D"; of an activation, which one: "Activation (relu)".
        output: what it answered.
        kernel_size: (height, width) of the patch that its filters see; None when it has no filters.
    """

    name: str
    kind: str
    output: Tensor
    kernel_size: tuple[int, int] | None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the output for one picture: (h, w, c) for maps, (d,) for features."""
        return tuple(self.output.shape[1:])

    @property
    def has_maps(self) -> bool:
        """Whether the output is maps of more than one place."""
        return len(self.shape) == 3 and self.shape[0] * self.shape[1] > 1

    @property
    def values(self) -> NDArray[np.float32]:
        """What it answered for the first picture, as numpy's array."""
        values: NDArray[np.float32] = np.asarray(keras().ops.convert_to_numpy(self.output), np.float32)[0]
        return values


def steps(model: Any, pixels: Tensor, known: Sequence[Tensor] = ()) -> tuple[list[Step], Tensor]:
    """Runs a network layer by layer, as it answers outside of training; gives every layer's turn, and the answer.

    Args:
        model: a functional or sequential Keras model.
        pixels: (n, h, w, c) what it takes.
        known: what the first layers have answered: these are not run again.

    Raises:
        UsageError: for a model whose layers cannot be seen from outside.
    """
    if not _is_open(model):
        raise UsageError(
            f"The layers of {type(model).__name__} cannot be looked into: a network must be functional or sequential."
        )
    walk = _Walk(known)
    answer = walk.through(model, "", keras().ops.convert_to_tensor(pixels, dtype="float32"))
    return walk.steps, answer


def find_step(found: Sequence[Step], layer: str) -> int:
    """The number of the step of the layer with that name; the last part of a name is enough.

    Raises:
        UnknownNameError: when there is none; the message names the nearest.
    """
    numbers = [number for number, step in enumerate(found) if layer in (step.name, step.name.rpartition("/")[2])]
    if not numbers:
        raise UnknownNameError("layer", layer, [step.name for step in found])
    return numbers[-1]


def first_filters(model: Any) -> tuple[str, NDArray[np.float32]]:
    """The name and the filters (height, width, channels, n) of the first layer that looks at patches of the picture.

    Raises:
        UsageError: when there is none.
    """
    for layer in _layers(model):
        size, number = _kernel_size(layer), _kernel(layer)
        if number is not None and size not in (None, (1, 1)):
            return layer.name, np.asarray(layer.get_weights()[number], np.float32)
    raise UsageError("This network has no convolution, so there are no filters to look at.")


class _Walk:
    """A way through a network that writes down every step."""

    def __init__(self, known: Sequence[Tensor]) -> None:
        self.steps: list[Step] = []
        self._known = known

    def through(self, model: Any, path: str, tensor: Tensor) -> Tensor:
        """What a network answers."""
        if isinstance(model, keras().Sequential):
            for layer in model.layers:
                tensor = self._visit(layer, path, tensor)
            return tensor
        # Keras has no public way to run a graph that has been built already with another call for each layer.
        answer = model._run_through_graph(tensor, operation_fn=lambda layer: partial(self._visit, layer, path))
        return answer[0] if isinstance(answer, list | tuple) and len(answer) == 1 else answer

    def _visit(self, layer: Any, path: str, *inputs: Any, **named: Any) -> Tensor:
        name = f"{path}{layer.name}"
        if _is_open(layer):
            return self.through(layer, f"{name}/", inputs[0])
        number = len(self.steps)
        output = self._known[number] if number < len(self._known) else _called(layer, *inputs, **named)
        self.steps.append(Step(name, _kind(layer), output, _kernel_size(layer)))
        return output


def _kind(layer: Any) -> str:
    kind = type(layer).__name__
    return f"{kind} ({layer.activation.__name__})" if kind == "Activation" else kind


def _called(layer: Any, *inputs: Any, **named: Any) -> Tensor:
    if "training" in inspect.signature(layer.call).parameters:
        named["training"] = False
    return layer(*inputs, **named)


def _is_open(layer: Any) -> bool:
    return isinstance(layer, keras().Function | keras().Sequential)


def _layers(model: Any) -> list[Any]:
    """All layers, those inside networks in their place."""
    return [inner for layer in model.layers for inner in (_layers(layer) if _is_open(layer) else [layer])]


def _kernel(layer: Any) -> int | None:
    """Which of the layer's weights are filters that it slides over maps: (height, width, channels, n)."""
    return next((number for number, weight in enumerate(_weights(layer)) if len(weight.shape) == 4), None)


def _kernel_size(layer: Any) -> tuple[int, int] | None:
    number = _kernel(layer)
    if number is None:
        return None
    height, width = _weights(layer)[number].shape[:2]
    return int(height), int(width)


def _weights(layer: Any) -> Sequence[Any]:
    """Those of a layer; an operation, such as a sum, has none."""
    return getattr(layer, "weights", ())
