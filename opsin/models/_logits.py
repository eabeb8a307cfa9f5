"""The logits of a user's Keras model: what it would answer without the softmax at its end."""

from __future__ import annotations

from typing import Any

from opsin.core.errors import UsageError
from opsin.nn.backend import keras

SQUASHING = ("Sigmoid", "HardSigmoid", "LogSoftmax", "Tanh", "Softplus", "Relu", "ReLU", "Relu6")
"""Operations that a network may not end in: the logits behind them cannot be had, or are lost."""


def as_logits(model: Any, shape: tuple[int, int, int]) -> Any:
    """A Keras model (n, h, w, c) -> (n, labels) logits, sharing the layers of `model`, which is left as it was.

    Args:
        model: the user's, of one input and one output, ending in logits or in their softmax.
        shape: (height, width, channels) of what it will be given.

    Raises:
        UsageError: when it has another shape, or ends in something else.
    """
    functional = _functional(model, shape)
    _check_ends(functional, shape)
    return _cut(functional)


def _functional(model: Any, shape: tuple[int, int, int]) -> Any:
    """The model as a graph of layers, which can be looked into."""
    if isinstance(model, keras().Sequential) and not model.built:
        model.build((None, *shape))
    if not getattr(model, "inputs", None) or not getattr(model, "outputs", None):
        raise UsageError(
            f"The network {model.name!r} must be made with keras.Sequential or keras.Model(inputs, outputs), so that "
            f"its last layer can be seen; it is a {type(model).__name__}."
        )
    return model


def _check_ends(model: Any, shape: tuple[int, int, int]) -> None:
    """Refuse a model that does not take such pictures, or does not give one row of numbers for each."""
    for word, ends in (("input", model.inputs), ("output", model.outputs)):
        if len(ends) != 1:
            raise UsageError(f"The network {model.name!r} must have one {word}; it has {len(ends)}.")
    taken = tuple(model.inputs[0].shape[1:])
    if len(taken) != 3 or any(side not in (None, wanted) for side, wanted in zip(taken, shape, strict=True)):
        raise UsageError(f"The network {model.name!r} takes {_spoken(taken)}; it will be given {_spoken(shape)}.")


def _spoken(shape: tuple[int | None, ...]) -> str:
    return " x ".join("any" if side is None else str(side) for side in shape)


def _cut(model: Any) -> Any:
    """The model without the softmax that it ends in, if it does."""
    output = model.outputs[0]
    last = output._keras_history.operation
    if isinstance(last, keras().Model):
        inner = _cut(_functional(last, tuple(last.inputs[0].shape[1:])))
        return keras().Model(model.inputs[0], inner(_last_input(last, output)), name=model.name)
    kind = _ending(last)
    if kind == "Softmax":
        return keras().Model(model.inputs[0], _before(last, output), name=model.name)
    if kind in SQUASHING:
        raise UsageError(
            f"The network {model.name!r} ends in {kind.lower()}; to tell labels apart it must end in a softmax, or in "
            'nothing, as keras.layers.Dense(labels, activation="softmax") does.'
        )
    return model


def _ending(last: Any) -> str:
    """What squashes the last numbers: "Softmax", "Sigmoid", ...; whatever the last operation is, if nothing does."""
    activation = getattr(last, "activation", None)
    if activation is None or activation is keras().activations.linear:
        return type(last).__name__
    return _camel(getattr(activation, "__name__", type(activation).__name__))


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _last_input(operation: Any, output: Any) -> Any:
    """What went into the operation when it gave `output`; it may have been used more than once."""
    node = operation._inbound_nodes[output._keras_history.node_index]
    return node.input_tensors[0]


def _before(last: Any, output: Any) -> Any:
    """The numbers that the softmax takes."""
    inputs = _last_input(last, output)
    if not hasattr(last, "kernel"):
        return inputs
    # A layer with weights and softmax in one: the same layer again, without it, on the same weights.
    config = last.get_config() | {"activation": "linear"}
    plain = type(last).from_config(config)
    logits = plain(inputs)
    plain.set_weights(last.get_weights())
    return logits
