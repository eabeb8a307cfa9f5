"""Train a network on labelled pictures: from data and options to a run's folder with a model in it."""

from __future__ import annotations

import dataclasses
import platform
import re
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from opsin.core.errors import OpsinError, RunError
from opsin.engine.checkpoint import Checkpoint, assign
from opsin.engine.curves import draw_curves
from opsin.engine.epochs import CHECKPOINT, Course, go_through
from opsin.engine.export import export
from opsin.engine.feeding import Feed, feed
from opsin.engine.lesson import Lesson, Split, lesson_for
from opsin.engine.network import BATCH, begin_with, built, compiled, raw_answers, teach_last_layer
from opsin.engine.recipe import read_recipe
from opsin.engine.run import Run, begin
from opsin.engine.run_data import masks_asked
from opsin.engine.watching import Silent, Watch
from opsin.models import TEACHERS
from opsin.nn.backend import jit
from opsin.nn.saved import save_network
from opsin.nn.views import averaged
from opsin.store.lock import locked
from opsin.weights.card import Card
from opsin.weights.folder import write_card

COLOURS = 3
"""Channels of the pictures that something else looks at before the network."""


def train(
    data: Any,
    model: Any = None,
    *,
    name: str | None = None,
    runs: str | Path = "runs",
    task: str = "classification",
    split: Split = (0.8, 0.1, 0.1),
    labels: Sequence[str] = (),
    ignore: Sequence[int] = (),
    callbacks: Sequence[Any] | Callable[[Run], Sequence[Any]] = (),
    watch: Watch | None = None,
    **options: Any,
) -> Run:
    """Train a network, and answer with the run: its folder holds the model, its card and its history.

    Args:
        data: what `opsin.data.load` takes: a built-in set's name, a folder, a table, a zip, a `Dataset`; or a recipe:
            a .py file, which says everything else too.
        model: the name of a network, as "vgg16"; `opsin.cnn(...)`, or its arguments as a mapping; a file, as
            "mine.py:build"; a `keras.Model`; the task's usual one when left out ("tutorial", "efficientnet_lite0").
        name: of the run; made of data and model when left out.
        runs: the folder of all runs.
        task: what is to be learned: "classification", or "detection".
        split: shares for training, validation and test, where the data are not split already.
        labels: what the numbers 0, 1, 2 … in masks stand for, where no file beside them says it.
        ignore: numbers in masks that stand for pixels of which nothing is said.
        callbacks: Keras callbacks, or a function that makes them for a run (to write into its folder).
        watch: is told how far it is.
        options: as in `TrainOptions`: epochs, batch_size, learning_rate, augment …

    Raises:
        UsageError: for a name or an option that cannot be.
        InputError: for data that nothing can be learned from, or a loss that is no number any more.
    """
    watch = watch or Silent()
    asked, given = _asked(data, model, task, split, labels, ignore, options)
    lesson = lesson_for(**given)
    recipe = asked["recipe"]
    stem = Path(recipe).stem if recipe else f"{Path(lesson.data.name).stem}-{lesson.architecture.name}"
    run = begin(Path(runs), name, re.sub(r"[^\w.-]+", "-", stem), _facts(lesson, asked))
    return _teach(run, lesson, callbacks, watch)


def resume(
    folder: str | Path,
    *,
    data: Any = None,
    model: Any = None,
    callbacks: Sequence[Any] | Callable[[Run], Sequence[Any]] = (),
    watch: Watch | None = None,
) -> Run:
    """Go on with a run that was stopped, from the last epoch that it finished.

    The weights at the end are those of a run that was never stopped; to the last bit with `deterministic`.

    Args:
        folder: of the run.
        data: the same pictures as before, where they were given as an object.
        model: the same network as before, where it was given as an object.
        callbacks: as in `train`.
        watch: is told how far it is.

    Raises:
        RunError: when there is nothing to go on with, or the data are not the same any more.
    """
    run = Run(Path(folder))
    facts = run.facts
    if facts.get("status") == "finished":
        raise RunError(f"{run} is finished. Train anew with another --name, or evaluate it: opsin evaluate {run}")
    asked = facts["asked"]
    if asked["recipe"]:
        model = read_recipe(asked["recipe"]).model
    lesson = lesson_for(
        _given(asked, "data", data, run),
        _given(asked, "model", model, run),
        asked["task"],
        tuple(asked["split"]),
        facts["options"],
        **masks_asked(asked),
    )
    if lesson.data.digest() != facts["data"]["digest"]:
        raise RunError(f"The pictures or labels of {lesson.data.name} have changed since {run} began. Train anew.")
    return _teach(run, lesson, callbacks, watch or Silent())


def _given(asked: Mapping[str, Any], what: str, value: Any, run: Run) -> Any:
    if value is None and asked[what] is None:
        raise RunError(f"{run} was begun with an object as its {what}. Give it again: resume(…, {what}=…).")
    return asked[what] if value is None else value


def _asked(
    data: Any,
    model: Any,
    task: str,
    split: Split,
    labels: Sequence[str],
    ignore: Sequence[int],
    options: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What run.json says was asked, and the arguments of `lesson_for`; a recipe's own where it is one."""
    recipe = None
    if isinstance(data, (str, Path)) and str(data).endswith(".py"):
        recipe = str(data)
        read = read_recipe(recipe)
        data, model, task, split = read.data, read.model, read.task, read.split
        labels, ignore = read.labels, read.ignore
        options = {**read.options, **options}
    model = TEACHERS.get(task).usual.model if model is None else model
    masks = {"labels": list(labels), "ignore": list(ignore)}
    asked = {"recipe": recipe, "data": _source(data), "model": _source(model), "task": task, "split": list(split)}
    return asked | masks, {"data": data, "model": model, "task": task, "split": split, "options": options} | masks


def _source(value: Any) -> Any:
    """What was given, as run.json can hold it: a name, a path, or `cnn`'s numbers. None for an object."""
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, (str, Path)) else None


def _facts(lesson: Lesson, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What run.json says."""
    packages = ("opsin", "keras", "tensorflow-cpu", "tensorflow", "jax", "torch", "numpy", "openvino")
    installed = {each.metadata["Name"].lower() for each in metadata.distributions()}
    parts = {name: int((lesson.data.parts == name).sum()) for name in ("train", "validation", "test")}
    return {
        "status": "running",
        "began": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "asked": dict(asked),
        "options": dataclasses.asdict(lesson.options),
        "plan": lesson.plan.to_dict(),
        "data": {
            "name": lesson.data.name,
            "labels": list(lesson.data.labels),
            "pictures": parts,
            "digest": lesson.data.digest(),
        },
        "versions": {name: metadata.version(name) for name in packages if name in installed},
        "machine": {"python": platform.python_version(), "system": platform.platform(), "cpu": platform.machine()},
    }


def _teach(run: Run, lesson: Lesson, callbacks: Any, watch: Watch) -> Run:
    """Everything after the folder is there; one process at a time."""
    with locked(run.folder / ".lock"):
        try:
            _through(run, lesson, callbacks(run) if callable(callbacks) else callbacks, watch)
        except BaseException as error:
            # Ctrl-C included: the folder says how it stands, and the error goes on its way.
            run.write_facts(status=f"stopped: {type(error).__name__}")
            raise
    return run


def _through(run: Run, lesson: Lesson, callbacks: Sequence[Any], watch: Watch) -> None:
    learns, judged = _feeds(lesson, watch)
    begun = _checkpoint(run)
    model = built(lesson.architecture, lesson.plan, lesson.options, lesson.teacher, lesson.data.labels)
    teacher = lesson.teacher.for_network(model)
    if begun is None:
        teacher.acquaint(learns.batches(BATCH))
    if begun is None and lesson.options.begin:
        begin_with(model, lesson.options.begin, lesson.data.labels)
    if begun is None and lesson.plan.frozen_epochs:
        watch.note(f"The last layer learns first, {lesson.plan.frozen_epochs} epochs.")
        teach_last_layer(model, learns, lesson.plan, lesson.options, teacher)
    compiled(model, lesson.plan, lesson.options, teacher, len(learns))
    if practice := teacher.practice(lesson.options.loss, learns.targets):
        learns = dataclasses.replace(learns, practice=practice)
    course = Course(run, model, learns, judged, lesson.options, lesson.plan, teacher, callbacks, watch)
    state = go_through(course, begun)
    if state.best:
        assign(course.variables, state.best, run.folder)
    _finish(run, lesson, model, judged, state, watch)


def _checkpoint(run: Run) -> Checkpoint | None:
    path = run.folder / CHECKPOINT
    return Checkpoint.load(path) if path.exists() else None


def _feeds(lesson: Lesson, watch: Watch) -> tuple[Feed, Feed | None]:
    """What is learned from, and what it is judged by."""
    feeds = []
    for part in ("train", "validation"):
        if part not in lesson.data.parts:
            continue
        some = lesson.plan.pictures(lesson.data.part(part))
        feeds.append(feed(some, lesson.teacher.encode, lesson.reading, watch))
        for line in feeds[-1].unreadable:
            watch.note(f"Left out: {line}")
    if lesson.plan.class_weights:
        counts = lesson.data.part("train").counts()
        watch.note(f"The classes are unbalanced ({counts}); rare ones count more. To change that: --class-weights no")
    plan = lesson.plan
    learns = dataclasses.replace(feeds[0], mover=lesson.teacher.mover(plan.augment, plan.size, plan.flips))
    return learns, feeds[1] if len(feeds) > 1 else None


def _finish(run: Run, lesson: Lesson, model: Any, judged: Feed | None, state: Checkpoint, watch: Watch) -> None:
    """The model, its card, and the curves; the status last."""
    final = built(
        lesson.architecture, lesson.plan, dataclasses.replace(lesson.options, precision="f32"), lesson.teacher,
        lesson.data.labels, is_begun=False,
    )  # fmt: skip
    final.set_weights(model.get_weights())
    final = averaged(final, lesson.options.views)
    final.jit_compile = jit()
    save_network(final, run.folder / "network.keras")
    write_card(run.folder, _card(run, lesson, final, judged))
    _write_for_answering(run, lesson, watch)
    draw_curves(run.folder / "curves.png", state.history)
    run.write_facts(status="finished", ended=time.strftime("%Y-%m-%dT%H:%M:%S%z"), epochs=state.epoch)


def _write_for_answering(run: Run, lesson: Lesson, watch: Watch) -> None:
    """The network as OpenVINO's file, which answers many times faster than Keras and needs no Keras to be there."""
    try:
        export(run.folder, to="openvino", data=lesson.data, into=run.folder)
    except OpsinError as error:
        # The training is done and its model is whole: it answers through Keras then.
        watch.note(f"There is no file for OpenVINO: {error}")


def _card(run: Run, lesson: Lesson, model: Any, judged: Feed | None) -> Card:
    card = Card(
        name=run.folder.name,
        task=lesson.teacher.task,
        summary=f"{lesson.architecture.name}, taught {lesson.data.name}: {len(lesson.data.labels)} labels.",
        labels=lesson.data.labels,
        input_size=lesson.sight.input_size if lesson.sight else lesson.plan.size,
        channels=COLOURS if lesson.sight else lesson.plan.channels,
        white=lesson.plan.white,
        fit=lesson.plan.fit,
        licence=lesson.architecture.licence if lesson.plan.weights else "",
        trained_on=lesson.data.name,
        paper=lesson.architecture.paper,
    )
    if judged is None:
        return card
    return lesson.teacher.for_network(model).finish(card, raw_answers(model, judged))
