"""Ask a question of many pictures, or of the frames of a video, with every core at work and memory flat."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar, cast

from opsin.core.errors import InputError, OptionError
from opsin.core.image import Image, Planes, Size
from opsin.core.options import Options
from opsin.engine.predict import model_for, options_for
from opsin.engine.tracking import asking_more, begin, can_be_followed, only_sure, track_things
from opsin.media.item import Item
from opsin.media.limits import spoken
from opsin.media.planes import shown
from opsin.media.sources import Source, open_source
from opsin.models import Model
from opsin.tasks import TASKS, Result, Task

R = TypeVar("R", bound=Result)
S = TypeVar("S")
T = TypeVar("T")
U = TypeVar("U")

logger = logging.getLogger("opsin")


@dataclass(frozen=True)
class Answer(Generic[R]):
    """What came of one item: an image and a result, or an error.

    Attributes:
        item: the picture asked about.
        image: its pixels, when they were asked for.
        result: the answer.
        error: why there is none.
    """

    item: Item
    image: Image | None = None
    result: R | None = None
    error: InputError | None = None


def stream(
    task: str,
    source: Source,
    *,
    on_error: Callable[[Item, InputError], None] | None = None,
    every_seconds: float | None = None,
    track: bool = False,
    **options: Any,
) -> Iterator[tuple[Item, Any]]:
    """Each picture of a source, or frame of a video, and the result of the task for it, in their order.

    Pictures are read, prepared and recognised by as many workers as there are cores; only a few are in memory at once.

    Args:
        task: name of a task or a use.
        source: a path, folder, pattern, archive, video, camera, address, array, or a list of such.
        on_error: called, in its place in the order, with each picture that cannot be read; logged when left out.
        every_seconds: of a video, look at one frame in so many seconds.
        track: of a video, follow what is seen from frame to frame, where the task can.
        options: the task's own, and `model`, `device`, `precision`.

    Raises:
        UsageError: for an unknown name, or an option that is unknown or out of range.
        SourceError: for a source that is nothing, or holds no pictures.
    """
    asked = TASKS.get(task)
    items = open_source(source, every_seconds=every_seconds)
    for each in (followed if track else answers)(asked, items, options_for(asked, options)):
        if each.result is not None:
            yield each.item, each.result
        elif each.error is not None:
            (on_error or _log)(each.item, each.error)


SizeOf = Callable[[Item, Size], Size]
"""The (height, width) at which an item that is so large is to be answered about."""


def answers(
    task: Task[Any, R],
    items: Iterable[Item],
    options: Options,
    *,
    keeps_images: bool = False,
    batch_size: int = 2,
    size_of: SizeOf | None = None,
) -> Iterator[Answer[R]]:
    """An answer for each item, in order; what cannot be read is an answer with an error.

    Args:
        task: the question.
        items: the pictures.
        options: the task's options.
        keeps_images: whether every pixel is read and kept with the answer, to draw on.
        batch_size: how many images go through the network together. On processors two are best: more do not fit the
            caches, since each core runs a batch of its own.
        size_of: at which size a result is wanted, when it is not that of the picture. Small maps cost less.
    """
    workers = cores()
    model = model_for(task, options, streams=workers)  # at once, so that a wrong question is refused at once
    work = partial(_answer_batch, model, options, keeps_images, size_of or _its_own)
    return _flat(in_order(work, _batches(items, batch_size), workers))


def followed(
    task: Task[Any, R], items: Iterable[Item], options: Options, *, keeps_images: bool = False
) -> Iterator[Answer[R]]:
    """As `answers`, with what the task follows from frame to frame of a video.

    Raises:
        OptionError: for a task that follows nothing.
    """
    if not follows(task):
        following = ", ".join(each.name for each in TASKS if follows(each))
        raise OptionError(f"{task.name} follows nothing through a video. Tasks that do: {following}.")
    if task.follow is not None:
        return task.follow(answers(task, items, options, keeps_images=keeps_images))
    found: Iterator[Answer[Any]] = answers(task, items, asking_more(options), keeps_images=keeps_images)
    return stepped(map(partial(_as_asked, options), found), partial(begin, options), track_things)


def _as_asked(options: Options, answer: Answer[Any]) -> Answer[Any]:
    """An answer about a picture that is no frame of a video, without what was asked for only to be followed."""
    if answer.result is None or answer.item.frame is not None:
        return answer
    return replace(answer, result=only_sure(answer.result, options))


def follows(task: Task[Any, Any]) -> bool:
    """Whether the task can follow what it sees through a video: in its own way, or in that of `tracking`."""
    return task.follow is not None or can_be_followed(task.result, task.options_type)


def stepped(
    found: Iterable[Answer[R]], begin: Callable[[], S], step: Callable[[S, R], tuple[S, R]]
) -> Iterator[Answer[R]]:
    """The same answers; those about frames of a video have gone through `step`, with what is known from frame to frame.

    Pictures that are no frames, and what cannot be read, go through as they are.

    Args:
        found: answers, the frames of each video in their order.
        begin: gives what is known before the first frame of a video.
        step: what is known and a result -> what is known then, and the result in its place.
    """
    state, source = begin(), None
    for answer in found:
        if answer.result is None or answer.item.frame is None:
            yield answer
            continue
        if answer.item.source != source:
            state, source = begin(), answer.item.source
        state, result = step(state, answer.result)
        yield replace(answer, result=result)


def _flat(batches: Iterator[list[T]]) -> Iterator[T]:
    for batch in batches:
        yield from batch


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(work: Callable[[T], U], things: Iterable[T], workers: int) -> Iterator[U]:
    """`work` done on each thing by several threads; results in the order of the things, a few at a time.

    >>> list(in_order(abs, [-3, 2, -1], workers=2))
    [3, 2, 1]
    """
    pending: deque[Future[U]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for thing in things:
                pending.append(pool.submit(work, thing))
                # What is done goes out at once: somebody may be waiting before a camera.
                while pending and (len(pending) > 2 * workers + 1 or pending[0].done()):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


Read = tuple[Planes, Size] | InputError
"""A picture and the (height, width) of the whole; or why it cannot be read."""


def _its_own(item: Item, size: Size) -> Size:
    return size


def _answer_batch(
    model: Model[R], options: Options, keeps_images: bool, size_of: SizeOf, items: list[Item]
) -> list[Answer[R]]:
    """Reads the items, runs the model on those that could be read, and answers for all, in their order."""
    at_least = None if keeps_images else model.reading_size(options)
    read: list[Read] = [_planes(item) if model.reads_planes else _read(item, at_least) for item in items]
    both = list(zip(items, read, strict=True))
    # Models that read planes take them in the place of images.
    images = [cast("Image", each[0]) for each in read if not isinstance(each, InputError)]
    sizes = [size_of(item, each[1]) for item, each in both if not isinstance(each, InputError)]
    results = iter(_results(model, options, images, sizes))
    return [_answer(item, each, results, keeps_images) for item, each in both]


def _results(model: Model[R], options: Options, images: list[Image], sizes: list[Size]) -> list[R | InputError]:
    """A result for each image, or why there is none: one that the question does not fit costs the others nothing."""
    try:
        return list(model.run_at(images, options, sizes)) if images else []
    except InputError as error:
        if len(images) == 1:
            return [error]
        pairs = zip(images, sizes, strict=True)
        return [one for image, size in pairs for one in _results(model, options, [image], [size])]


def _read(item: Item, at_least: Size | None) -> Read:
    try:
        return item.read(at_least)
    except InputError as error:
        return error


def _planes(item: Item) -> Read:
    try:
        planes = item.planes()
    except InputError as error:
        return error
    return planes, (planes.shape[0], planes.shape[1])


def _answer(item: Item, read: Read, results: Iterator[R | InputError], keeps_images: bool) -> Answer[R]:
    if isinstance(read, InputError):
        return Answer(item, error=read)
    result = next(results)
    if isinstance(result, InputError):
        return Answer(item, error=InputError(f"{spoken(item.source)}: {result}"))
    return Answer(item, shown(read[0]) if keeps_images else None, result)


def _log(item: Item, error: InputError) -> None:
    logger.warning("%s", error)
