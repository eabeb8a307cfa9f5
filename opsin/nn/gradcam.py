"""Where a network looks: Grad-CAM.

Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UsageError
from opsin.nn.backend import keras
from opsin.nn.feature_maps import Step, Tensor, find_step, steps


def gradcam(model: Any, pixels: NDArray[Any], label: int, layer: str | None = None) -> NDArray[np.float32]:
    """(h', w') how much each place speaks for a label, 0 and above, in the maps of the layer.

    Each map weighs as much as the label's logit rises with it on average; what speaks against the label is 0.

    Args:
        model: a functional or sequential Keras model, or one that has such inside; its output is (n, labels) logits.
        pixels: (h, w, c) of one picture, as the model takes them.
        label: the number of the label.
        layer: its maps are looked at; the last layer that has some when left out.

    Raises:
        UsageError: when the network, or that layer, has no maps.
        UnknownNameError: when there is no layer with that name.
    """
    batch = np.asarray(pixels, np.float32)[None]
    found, _ = steps(model, batch)
    chosen = last_maps(found) if layer is None else _with_maps(found, find_step(found, layer))
    known = [step.output for step in found[:chosen]]

    def logit(maps: Tensor) -> Tensor:
        """The label's logit, had the layer answered these maps."""
        return steps(model, batch, [*known, maps])[1][0, label]

    slopes = np.asarray(slope(logit, found[chosen].output), np.float32)[0]  # (h', w', c)
    heat: NDArray[np.float32] = found[chosen].values @ slopes.mean(axis=(0, 1))  # (h', w')
    return heat.clip(min=0)


def last_maps(found: Sequence[Step]) -> int:
    """The number of the last step that answered maps of more than one place, made by filters.

    Raises:
        UsageError: when there is none.
    """
    filtering = next((number for number, step in enumerate(found) if step.kernel_size), len(found))
    # Before the first filters there is only the picture itself.
    numbers = [number for number in range(filtering, len(found)) if found[number].has_maps]
    if not numbers:
        raise UsageError("This network has no feature maps for Grad-CAM. Ask for --method occlusion or layers.")
    return numbers[-1]


def slope(function: Callable[[Tensor], Tensor], at: Tensor) -> NDArray[Any]:
    """How steeply a function of a tensor, with one number as its answer, rises with each of the tensor's numbers.

    Raises:
        UsageError: when the backend of Keras knows no derivatives.
    """
    backend = keras().backend.backend()
    if backend not in _SLOPES:
        raise UsageError(f"Grad-CAM needs the Keras backend {', '.join(_SLOPES)}; KERAS_BACKEND is {backend}.")
    return np.asarray(keras().ops.convert_to_numpy(_SLOPES[backend](function, at)))


def _tensorflow_slope(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    tensorflow = importlib.import_module("tensorflow")
    with tensorflow.GradientTape() as tape:
        tape.watch(at)
        value = function(at)
    # A label that no longer depends on the maps has no slope; zeros say the same.
    return tape.gradient(value, at, unconnected_gradients="zero")


def _jax_slope(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    jax = importlib.import_module("jax")
    return jax.grad(function)(at)


def _torch_slope(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    torch = importlib.import_module("torch")
    place = at.detach().requires_grad_()
    with torch.enable_grad():
        found = torch.autograd.grad(function(place), place, allow_unused=True)[0]
    return torch.zeros_like(at) if found is None else found


_SLOPES = {"tensorflow": _tensorflow_slope, "jax": _jax_slope, "torch": _torch_slope}


def _with_maps(found: Sequence[Step], number: int) -> int:
    if found[number].has_maps:
        return number
    names = ", ".join(step.name for step in found if step.has_maps) or "none"
    shape = " x ".join(map(str, found[number].shape))
    raise UsageError(f"{found[number].name} answers {shape} numbers and no maps. Layers with maps: {names}.")
