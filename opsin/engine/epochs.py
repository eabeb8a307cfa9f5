"""The loop of a training: one call of Keras's `fit` for each epoch, and a checkpoint after it."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DivergedError
from opsin.engine.checkpoint import Checkpoint, assign, remembered, restore, values
from opsin.engine.feeding import Feed, shuffled
from opsin.engine.network import raw_answers
from opsin.engine.plan import Plan
from opsin.engine.run import Run
from opsin.engine.settings import TrainOptions
from opsin.engine.watching import Watch
from opsin.models import Teacher
from opsin.nn.backend import keras

CHECKPOINT = "checkpoint.npz"

CALM = 0.15
"""Share of the epochs, at the end, in which pictures that truth follows are hardly moved."""


@dataclass(frozen=True, eq=False)
class Course:
    """All that the epochs of a run need.

    Attributes:
        run: where it is written down.
        model: the compiled Keras model.
        train: what it learns from.
        validation: what it is judged by; None when there is nothing.
        options: what was asked.
        plan: what was chosen.
        teacher: of the task.
        callbacks: the user's Keras callbacks.
        watch: is told how far it is.
    """

    run: Run
    model: Any
    train: Feed
    validation: Feed | None
    options: TrainOptions
    plan: Plan
    teacher: Teacher
    callbacks: Sequence[Any]
    watch: Watch

    @property
    def variables(self) -> list[Any]:
        """The network's weights and its generators of random numbers, without the figures of the epoch."""
        figures = {id(each) for each in self.model.metrics_variables}
        return [each for each in self.model.variables if id(each) not in figures]


def go_through(course: Course, begun: Checkpoint | None) -> Checkpoint:
    """All epochs that are left; answers with the state after the last.

    Args:
        course: what to do.
        begun: the state to go on from; None at the beginning.

    Raises:
        DivergedError: when the loss is no number any more.
    """
    state = begun or Checkpoint(0, (), (), ())
    if begun:
        _go_back_to(course, begun)
    callbacks = _begun(course, state)
    while state.epoch < course.options.epochs and not _is_hopeless(course, state):
        state = _epoch(course, state, callbacks)
        state.save(course.run.folder / CHECKPOINT)
        course.run.write_history(state.history)
        course.watch.epoch(state.history[-1], course.options.epochs)
        if course.model.stop_training:
            break
    callbacks.on_train_end()
    return state


def _go_back_to(course: Course, state: Checkpoint) -> None:
    where = course.run.folder / CHECKPOINT
    assign(course.variables, state.weights, where)
    assign(course.model.optimizer.variables, state.optimizer, where)


def _begun(course: Course, state: Checkpoint) -> Any:
    """The user's callbacks, begun, and remembering what they knew."""
    callbacks = keras().callbacks.CallbackList(
        list(course.callbacks), model=course.model, epochs=course.options.epochs, verbose=0
    )
    callbacks.on_train_begin()
    for callback, kept in zip(course.callbacks, state.callbacks, strict=False):
        restore(callback, kept)
    return callbacks


def _epoch(course: Course, state: Checkpoint, callbacks: Any) -> Checkpoint:
    """One time through the pictures, judged, as the next state."""
    epoch, seed, best = state.epoch, course.options.seed, list(state.best)
    began, begun = time.perf_counter(), time.process_time()

    def judge(logs: Mapping[str, float]) -> Mapping[str, float]:
        judged, weights = _judged(course, state, logs)
        best[:] = weights
        return judged

    listener = _listener(course, epoch, callbacks, judge)
    course.model.fit(
        **_moved(course, epoch).epoch(course.plan.batch_size, shuffled(len(course.train), seed, epoch), (seed, epoch)),
        epochs=epoch + 1,
        initial_epoch=epoch,
        callbacks=[listener],
        class_weight=course.plan.class_weights,
        verbose=0,
    )
    if course.options.averaging:
        # Keras ends every `fit` with the averages in place of the weights; the next epoch would begin behind them.
        assign(course.variables, listener.weights, course.run.folder)
    spent = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - begun}
    row = {"epoch": epoch + 1, **spent, **listener.figures}
    return Checkpoint(
        epoch=epoch + 1,
        history=(*state.history, row),
        weights=values(course.variables),
        optimizer=values(course.model.optimizer.variables),
        best=tuple(best),
        best_value=_best_value(course, (*state.history, row)),
        callbacks=tuple(remembered(callback) for callback in course.callbacks),
    )


def _moved(course: Course, epoch: int) -> Feed:
    """What is learned from in an epoch: in the last ones pictures are hardly moved, so that it ends with real ones.

    Ge et al., YOLOX, https://arxiv.org/abs/2107.08430, section 2.1.
    """
    is_late = epoch >= course.options.epochs * (1 - CALM)
    if course.train.mover is None or not is_late:
        return course.train
    calm = course.teacher.mover("light", course.plan.size, course.plan.flips)
    return dataclasses.replace(course.train, mover=calm)


def _judged(course: Course, state: Checkpoint, logs: Mapping[str, float]) -> tuple[Mapping[str, float], Sequence[Any]]:
    """The figures of an epoch with those on the validation pictures, and the best weights so far."""
    is_due = (state.epoch + 1) % course.options.validate_every == 0 or state.epoch + 1 == course.options.epochs
    if course.validation is None or not is_due:
        return logs, state.best
    raw = values(course.variables)
    if course.options.averaging:
        course.model.optimizer.finalize_variable_values(course.model.trainable_variables)
    found = _figures(course, course.validation)
    averaged = values(course.variables) if course.options.averaging else raw
    assign(course.variables, raw, course.run.folder)
    logs = {**logs, **{f"val_{name}": value for name, value in found.items()}}
    value = logs[course.teacher.monitor]
    if state.best_value is None or _is_better(course.teacher, value, state.best_value):
        return logs, averaged
    return logs, state.best


def _figures(course: Course, feed: Feed) -> Mapping[str, float]:
    """The loss and the task's figures on some pictures."""
    if not course.teacher.judges_answers:
        told: Mapping[str, float] = course.model.evaluate(**_all_of(feed, course.plan), verbose=0, return_dict=True)
        return told
    losses: list[float] = []

    def answered() -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        for raw, rows in raw_answers(course.model, feed):
            losses.append(float(course.model.loss(rows, raw)) * len(rows))
            yield raw, rows

    figures = course.teacher.figures(answered())
    return {"loss": sum(losses) / len(feed), **figures}


def _all_of(feed: Feed, plan: Plan) -> dict[str, Any]:
    arguments = feed.epoch(max(plan.batch_size, 128), np.arange(len(feed)))
    arguments.pop("shuffle")
    return arguments


def _is_better(teacher: Teacher, value: float, than: float) -> bool:
    return value > than if teacher.is_better_high else value < than


def _best_value(course: Course, history: Sequence[Mapping[str, float]]) -> float | None:
    values_seen = [row[course.teacher.monitor] for row in history if course.teacher.monitor in row]
    if not values_seen:
        return None
    return max(values_seen) if course.teacher.is_better_high else min(values_seen)


def _is_hopeless(course: Course, state: Checkpoint) -> bool:
    """Whether the last `patience` judged epochs brought nothing better."""
    patience, monitor = course.options.patience, course.teacher.monitor
    judged = [row[monitor] for row in state.history if monitor in row]
    if patience is None or len(judged) <= patience:
        return False
    before = _best_value(course, [{monitor: value} for value in judged[:-patience]])
    return before is not None and not any(_is_better(course.teacher, value, before) for value in judged[-patience:])


def _listener(
    course: Course,
    epoch: int,
    callbacks: Any,
    judge: Callable[[Mapping[str, float]], Mapping[str, float]],
) -> Any:
    """What Keras calls during one `fit`: it passes on to the user's callbacks, whose training is longer than that."""

    class Listener(keras().callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
        figures: Mapping[str, float]
        weights: Sequence[Any]

        def on_epoch_begin(self, _: int, logs: Any = None) -> None:
            callbacks.on_epoch_begin(epoch, logs)

        def on_train_batch_begin(self, step: int, logs: Any = None) -> None:
            callbacks.on_train_batch_begin(step, logs)

        def on_train_batch_end(self, step: int, logs: Any = None) -> None:
            loss = float(logs["loss"])
            if not math.isfinite(loss):
                raise DivergedError(_astray(course, epoch))
            course.watch.step(epoch + 1, step + 1, self.params["steps"] or step + 1, loss)
            callbacks.on_train_batch_end(step, logs)

        def on_epoch_end(self, _: int, logs: Any = None) -> None:
            self.figures = {name: float(value) for name, value in judge(logs).items()}
            callbacks.on_epoch_end(epoch, dict(self.figures))
            self.weights = values(course.variables) if course.options.averaging else ()

    return Listener()


def _astray(course: Course, epoch: int) -> str:
    rate = course.plan.learning_rate
    return (
        f"The loss became infinite or no number in epoch {epoch + 1}, at a learning rate of {rate:g}. "
        f"Try --learning-rate {rate / 10:g}, or look for a good one with --find-lr."
    )
