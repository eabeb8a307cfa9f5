"""The Keras network of a training: built, its last layer taught first, compiled, asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import OptionError
from opsin.engine.feeding import Feed, shuffled
from opsin.engine.plan import Plan
from opsin.engine.run import model_folder
from opsin.engine.settings import TrainOptions
from opsin.models import Architecture, Teacher, assemble
from opsin.nn.augment import augment
from opsin.nn.backend import jit, keras
from opsin.nn.saved import load_network
from opsin.nn.schedules import schedule
from opsin.weights.folder import read_card

NETWORK = "network.keras"
"""What a run's network is called."""

BATCH = 64
"""Pictures at a time where nothing is learned, at most."""
BATCH_PIXELS = 4_000_000
"""Pixels at a time where nothing is learned: what a network makes of them on its way takes a hundred times as much."""


def built(
    architecture: Architecture,
    plan: Plan,
    options: TrainOptions,
    teacher: Teacher,
    labels: Sequence[str],
    *,
    is_begun: bool = True,
) -> Any:
    """The network: augmentation, the architecture's features, the teacher's head.

    Args:
        architecture: the network.
        plan: what was chosen.
        options: what was asked.
        teacher: of the task.
        labels: what it is to tell apart.
        is_begun: whether the weights that it begins with are wanted; they cost time to load.
    """
    if options.deterministic:
        _be_deterministic()
    policy = keras().config.dtype_policy()
    keras().config.set_dtype_policy("mixed_bfloat16" if options.precision == "bf16" else "float32")
    try:
        return assemble(
            architecture,
            plan.blueprint(options) if is_begun else plan.without_weights().blueprint(options),
            lambda features: teacher.head(features, labels, options.head),
            augment(
                plan.augment,
                plan.size,
                seed=options.seed,
                flips=plan.flips != "no",
                turns=plan.flips == "all",
                ink=plan.ink,
                moves=teacher.mover(plan.augment, plan.size, plan.flips) is None,
            ),
            sees_maps=teacher.sees_maps,
        )
    finally:
        keras().config.set_dtype_policy(policy)


def begin_with(model: Any, run: str, labels: Sequence[str]) -> None:
    """Gives a network the weights of the one that a run has taught.

    Raises:
        RunError: when the run has no model yet.
        OptionError: when its network has other layers, or tells other labels apart.
    """
    folder = model_folder(run)
    if read_card(folder).labels != tuple(labels):
        raise OptionError(f"begin must name a run with the same labels; {run} has others.")
    try:
        model.set_weights(load_network(folder / NETWORK).get_weights())
    except ValueError as error:
        raise OptionError(f"begin must name a run of the same network; {run} has another: {error}") from error


def _be_deterministic() -> None:
    """Tells the backend, for the rest of the process; those without such a switch are deterministic on processors."""
    if keras().backend.backend() == "tensorflow":
        import tensorflow

        tensorflow.config.experimental.enable_op_determinism()


def compiled(model: Any, plan: Plan, options: TrainOptions, teacher: Teacher, pictures: int) -> None:
    """Gives the network its optimizer, loss and figures, and says which layers learn."""
    _choose_what_learns(_backbone_layers(model), options.tuned)
    steps = options.epochs * -(-pictures // plan.batch_size)
    model.compile(
        optimizer=optimizer(options, schedule(plan.schedule, plan.learning_rate, steps), plan.clip),
        loss=teacher.loss({"loss": options.loss, "label_smoothing": options.label_smoothing}, plan.size),
        metrics=list(teacher.metrics),
        steps_per_execution=plan.steps_per_call,
        jit_compile=jit(),
    )
    model.optimizer.build(model.trainable_variables)


def optimizer(options: TrainOptions, rate: Any, clip: float = 0.0) -> Any:
    """Keras's optimizer with the options' numbers, at that learning rate, and with gradients no longer than `clip`."""
    # None spares a pass over the weights at every step, but AdamW takes numbers only.
    decay = options.weight_decay if options.optimizer == "adamw" else options.weight_decay or None
    arguments: dict[str, Any] = {"learning_rate": rate, "weight_decay": decay}
    if options.optimizer == "sgd":
        arguments |= {"momentum": options.momentum, "nesterov": True}
    if clip:
        arguments["global_clipnorm"] = clip
    if options.averaging:
        arguments |= {"use_ema": True, "ema_momentum": options.averaging}
    return keras().optimizers.get({"class_name": options.optimizer, "config": arguments})


def _choose_what_learns(layers: Sequence[Any], share: float) -> None:
    """Of a pretrained backbone its last layers. But no batch normalisation: small batches spoil its statistics."""
    kept = round(len(layers) * (1 - share))
    for index, layer in enumerate(layers):
        layer.trainable = index >= kept and not isinstance(layer, keras().layers.BatchNormalization)


def _backbone_layers(model: Any) -> list[Any]:
    return [inner for layer in model.layers if layer.name == "backbone" for inner in _innermost(layer)]


def _innermost(layer: Any) -> list[Any]:
    """The layers that a layer is made of, down to those that are made of none."""
    return [inner for each in layer.layers for inner in _innermost(each)] if hasattr(layer, "layers") else [layer]


def teach_last_layer(model: Any, learns: Feed, plan: Plan, options: TrainOptions, teacher: Teacher) -> None:
    """Fits what comes after the features, which stay as they are.

    The features are worked out once, without augmentation, so that many epochs cost no more than one pass. A last layer
    that fits keeps the tuning that follows from spoiling what was learned before
    (Kumar et al. 2022, https://arxiv.org/abs/2202.10054).
    """
    features, head = split_at_features(model)
    known = np.concatenate([_asked(features, batch) for batch in learns.batches(BATCH)])  # (n, d)
    head.compile(
        optimizer=keras().optimizers.Adam(1e-3),
        loss=teacher.loss({"loss": options.loss, "label_smoothing": options.label_smoothing}, plan.size),
        jit_compile=jit(),
    )
    for epoch in range(plan.frozen_epochs):
        order = shuffled(len(learns), options.seed, epoch)
        head.fit(
            known[order],
            learns.rows(order),
            batch_size=plan.batch_size,
            class_weight=plan.class_weights,
            shuffle=False,
            verbose=0,
        )


def split_at_features(model: Any) -> tuple[Any, Any]:
    """The network in two: image -> features (n, d), and features -> logits; they share their layers with it."""
    names = [layer.name for layer in model.layers]
    first = names.index("dropout") if "dropout" in names else names.index("logits")
    layers = model.layers[first:]
    features = keras().Model(model.inputs, layers[0].input)
    features.jit_compile = jit()
    inputs = keras().Input(layers[0].input.shape[1:])
    outputs = inputs
    for layer in layers:
        outputs = layer(outputs)
    return features, keras().Model(inputs, outputs)


def raw_answers(model: Any, source: Feed) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """What the network says about each picture, and what it should, in batches."""
    done = 0
    height, width = source.reading.size
    for batch in source.batches(max(1, min(BATCH, BATCH_PIXELS // (height * width)))):
        yield _asked(model, batch), source.rows(np.arange(done, done + len(batch)))
        done += len(batch)


def _asked(model: Any, batch: NDArray[Any]) -> NDArray[Any]:
    """`predict` costs 50 ms a call more."""
    return np.asarray(model.predict_on_batch(batch.astype(np.float32)), np.float32)
