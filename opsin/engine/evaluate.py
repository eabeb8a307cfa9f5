"""Judge a model by pictures whose truth is known: figures, answers, plots and a page, in one folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, ImageError, SourceError, UsageError
from opsin.core.image import Image, Planes, Size
from opsin.core.options import Options
from opsin.data.dataset import Dataset
from opsin.data.load import load
from opsin.engine.run import FACTS, Run, model_folder
from opsin.engine.run_data import masks_asked
from opsin.engine.stream import cores
from opsin.media.item import Item
from opsin.media.sources import open_source
from opsin.models import TEACHERS, SingleNetwork, open_model
from opsin.reports import REPORTS, Answers, Figures, Outside, Report
from opsin.runtime.network import Arrays, Place
from opsin.store.folders import check_own, folder_atomically
from opsin.store.progress import Progress, silent

BATCH = 32
"""Pictures that the network answers at a time; more gain nothing, and wait in memory."""

ALL = "all"
"""The part that all pictures belong to."""

UNSPLIT = (1.0, 0.0, 0.0)
"""How other data than a run's own are split, where they are not: not at all."""

Reader = Callable[[], Planes]
"""Reads a picture."""

LEARNED = "The model has learned from these very pictures, or from some of them: it will do worse on new ones."


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What came of judging a model.

    Attributes:
        folder: where metrics.json, predictions.csv, the plots and report.html lie.
        figures: what metrics.json holds, by name.
        headline: the few figures that a person wants first: what it is, how much, what that means.
        findings: what to look at next: what it is, how much.
        findings_title: what the findings are.
        notes: what a reader should know first.
        unreadable: the pictures that were left out, and why.
    """

    folder: Path
    figures: Figures
    headline: Sequence[tuple[str, str, str]]
    findings: Sequence[tuple[str, str]]
    findings_title: str
    notes: Sequence[str]
    unreadable: Sequence[str]


def evaluate(
    run: str | os.PathLike[str],
    data: Any = None,
    *,
    part: str = "test",
    outside: str | Path | None = None,
    slices: Sequence[str] = (),
    save: str | Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """How good a taught model is.

    Args:
        run: the folder of a run, or of what was exported from it.
        data: what `opsin.data.load` takes; the run's own data when left out. Other data that are not split are used
            as a whole.
        part: "test", "validation", "train", or "all".
        outside: a folder with pictures of other things, which should be answered "unknown".
        slices: columns of the data by whose values the pictures are told apart; "size" cuts them into thirds.
        save: a new folder to write to; `evaluation` in the run's folder when left out.
        progress: is told how many pictures are done.

    Raises:
        UsageError: for a part or a column that there is not, or a `save` that holds something else.
        InputError: for data that the model cannot be judged by.
        WeightsError: when the model cannot be read.
    """
    folder = model_folder(run)
    model = _opened(folder)
    report_type = REPORTS.get(model.card.task)
    to = Path(save) if save is not None else folder / "evaluation"
    check_own(to, report_type.files)
    strangers = _items(outside)
    chosen, notes = _chosen(folder, data, part, model.card.task)
    report_type.check(model.card, chosen, slices)
    answers, unreadable = _answers(model, report_type, chosen, strangers, notes, progress or silent)
    report = report_type(answers, slices)
    with folder_atomically(to, report_type.files) as beside:
        report.write(beside)
    found = report.figures, report.headline(), report.findings(), report.findings_title
    return Evaluation(to, *found, answers.notes, unreadable)


def _opened(folder: Path) -> SingleNetwork[Any]:
    model = open_model(str(folder), Place())
    if not isinstance(model, SingleNetwork):
        raise UsageError(f"{folder} holds a model made of several networks, which cannot be judged as one.")
    return model


def _chosen(folder: Path, data: Any, part: str, task: str) -> tuple[Dataset, list[str]]:
    """The pictures to judge by, and what a reader should know about them."""
    run = _run_of(folder)
    loaded, is_own, notes = _loaded(run, folder, data, task)
    if part == ALL or (not is_own and set(loaded.parts) == {"train"}):
        return loaded, [*notes, *([LEARNED] if is_own else [])]
    return loaded.part(part), [*notes, *([LEARNED] if is_own and part == "train" else [])]


def _run_of(folder: Path) -> Run | None:
    """The run that a folder is, or was exported from."""
    candidates = [folder, *([folder.parents[1]] if folder.resolve().parent.name == "export" else [])]
    return next((Run(each) for each in candidates if (each / FACTS).is_file()), None)


def _loaded(run: Run | None, folder: Path, data: Any, task: str) -> tuple[Dataset, bool, list[str]]:
    """The data; whether they are the run's own, split as they were for it; and what a reader should know."""
    if run is None:
        if data is None:
            raise UsageError(f"{folder} has no {FACTS}, which would say what it was taught with. Give data (--data).")
        return load(data, task=task, split=UNSPLIT), False, []
    facts = run.facts
    asked = facts["asked"]
    if data is None and asked["data"] is None:
        raise UsageError(f"{run} was taught with an object as its data. Give it again: evaluate(run, data).")
    named = asked["data"] if data is None else data
    split, seed, masks = tuple(asked["split"]), facts["options"]["seed"], masks_asked(asked)
    loaded = TEACHERS.get(task).prepared(load(named, task=task, split=split, seed=seed, **masks))
    if loaded.digest() == facts["data"]["digest"]:
        return loaded, True, []
    if data is None or _is_same(data, asked["data"]):
        return loaded, True, [f"The pictures or labels of {loaded.name} have changed since the model was taught."]
    return load(data, task=task, split=UNSPLIT, **masks), False, []


def _is_same(data: Any, asked: str | None) -> bool:
    """Whether the data that was named is what the run was asked to learn from."""
    if asked is None or not isinstance(data, str | Path):
        return False
    return str(data) == asked or Path(data).resolve() == Path(asked).resolve()


def _items(outside: str | Path | None) -> list[Item]:
    if outside is None:
        return []
    if not Path(outside).is_dir():
        raise SourceError(f"{outside} is no folder. Name one with pictures of other things.")
    return list(open_source(str(outside)))


def _answers(
    model: SingleNetwork[Any],
    report: type[Report],
    data: Dataset,
    strangers: Sequence[Item],
    notes: Sequence[str],
    tell: Progress,
) -> tuple[Answers, list[str]]:
    """What the model says about the pictures that can be read; and why the others cannot."""
    read = data.pictures.planes if model.reads_planes else data.pictures.__getitem__
    readers: list[Reader] = [partial(read, index) for index in range(len(data))]
    keep = partial(report.kept, data)
    told = _ask(model, report.options, readers, keep, partial(tell, "pictures"))
    at_least = model.reading_size(report.options or Options())
    readers = [item.planes if model.reads_planes else partial(_read, item, at_least) for item in strangers]
    others = _ask(model, report.options, readers, lambda _, result: result, partial(tell, "other things"))
    for asked, name in ((told, data.name), (others, "the folder with other things")):
        if asked.errors and not asked.kept:
            raise DataError(f"None of the {len(asked.errors)} pictures of {name} can be read. {asked.errors[0]}")
    unreadable = [*map(str, told.errors), *map(str, others.errors)]
    answers = Answers(
        card=model.card,
        data=data.take(told.kept),
        raw=told.raw,
        results=told.results,
        sizes=told.sizes,
        outside=Outside([strangers[index] for index in others.kept], others.raw, others.results)
        if others.kept
        else None,
        notes=[*notes, *_left_out(unreadable)],
    )
    return answers, unreadable


@dataclass(frozen=True, eq=False)
class _Answered:
    """What a model said about those pictures that could be read, raw or as results."""

    kept: list[int]
    raw: Arrays
    results: list[Any]
    sizes: NDArray[Any]  # (n, 2)
    errors: list[ImageError]


def _ask(
    model: SingleNetwork[Any],
    options: Options | None,
    readers: Sequence[Reader],
    keep: Callable[[int, Any], Any],
    tell: Callable[[int, int], None],
) -> _Answered:
    """The answers about all pictures: asked with `options` what is kept of the results, without raw outputs.

    No more pictures wait in memory than the network answers at a time; nor do the results that little is kept of.
    """
    kept, sizes, errors = list[int](), list[Size](), list[ImageError]()
    raw, results = list[Arrays](), list[Any]()
    with ThreadPoolExecutor(cores()) as pool:
        for start in range(0, len(readers), BATCH):
            both = list(pool.map(partial(_shown, model, options), readers[start : start + BATCH]))
            read = {index: each for index, each in enumerate(both, start) if not isinstance(each, ImageError)}
            errors += [each for each in both if isinstance(each, ImageError)]
            kept += read
            sizes += [size for size, _ in read.values()]
            if options is None and read:
                raw.append(model.network(_joined([batch for _, batch in read.values()])))
            elif options is not None:
                told = pool.map(partial(_told, model, options, keep), read, [image for _, image in read.values()])
                results += told
            tell(min(start + BATCH, len(readers)), len(readers))
    return _Answered(kept, _joined(raw), results, np.array(sizes, np.int64).reshape(-1, 2), errors)


def _shown(model: SingleNetwork[Any], options: Options | None, read: Reader) -> tuple[Size, Any] | ImageError:
    """The size of one picture, and the picture; or, where raw outputs are wanted, what the network is shown of it."""
    try:
        image = cast("Image", read())  # models that read planes take them in the place of images
        if options is not None:
            return (image.shape[0], image.shape[1]), image
        batch, (placement,) = model.prepare([image])
    except ImageError as error:
        return error
    return placement.size, batch


def _told(
    model: SingleNetwork[Any], options: Options, keep: Callable[[int, Any], Any], index: int, image: Image
) -> Any:
    return keep(index, model.run([image], options)[0])


def _joined(batches: Sequence[Arrays]) -> Arrays:
    return {name: np.concatenate([batch[name] for batch in batches]) for name in (batches[0] if batches else ())}


def _read(item: Item, at_least: Size | None) -> Image:
    return item.read(at_least)[0]


def _left_out(unreadable: Sequence[str]) -> list[str]:
    if not unreadable:
        return []
    more = f" (and {len(unreadable) - 3} more)" if len(unreadable) > 3 else ""
    return [f"{len(unreadable)} pictures could not be read and are left out: {' '.join(unreadable[:3])}{more}"]
