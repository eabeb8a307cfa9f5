"""Count: how many cross a line, how many come and go, and how long they stay, in a video or before a camera."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.errors import InputError, OptionError, SourceError, UnknownNameError
from opsin.core.image import Size
from opsin.core.options import Options
from opsin.engine.album import check_apart
from opsin.engine.predict import options_for
from opsin.engine.stream import Answer, followed
from opsin.media.item import Item
from opsin.media.sources import open_source
from opsin.models import card_of
from opsin.tasks import TASKS
from opsin.tasks.detection import Detections
from opsin.uses._count_folder import CountFolder
from opsin.uses._count_places import Line, Zone, check_names, line_from_text, zone_from_text
from opsin.uses._count_state import Counting, Event, Frame, count_step
from opsin.uses._count_summary import Counts, counts_of

__all__ = ["Counted", "Counts", "Event", "Line", "Zone", "count", "counted"]

MODEL = "picodet_small.coco"
"""The detector, where none is named."""


@dataclass(frozen=True, eq=False)
class Counted:
    """One frame, counted.

    Attributes:
        item: the frame.
        found: what counts in it, each with its track; None where the frame could not be read.
        events: what happened in it.
        counts: of all frames so far.
        error: why the frame could not be read.
    """

    item: Item
    found: Detections | None
    events: tuple[Event, ...]
    counts: Counts
    error: InputError | None = None


def count(
    source: str | Path | int,
    *,
    lines: Sequence[str | Line] = (),
    zones: Sequence[str | Zone] = (),
    labels: Sequence[str] = (),
    every_seconds: float | None = None,
    save: str | Path | None = None,
    on_event: Callable[[Event], None] | None = None,
    **options: Any,
) -> Counts:
    """How many things cross each line, by direction and label, and who enters, leaves and stays in each zone.

    Things are followed through the video; a track counts at the middle of its lower edge. Memory does not grow with the
    length of the video. With neither lines nor zones, what was seen is counted.

    Args:
        source: a video's file, a camera's number or its rtsp address.
        lines: each as `x0,y0,x1,y1` or `name=x0,y0,x1,y1`, in pixels, or as shares of width and height when none is
            above 1. From its left to its right, seen from its first point to its second, is in: over a line drawn from
            left to right, what goes down the picture goes in.
        zones: polygons, each as `x,y,x,y,x,y` or `name=x,y,…`. Who appears within has entered, who vanishes within has
            left.
        labels: that count; all when left out.
        every_seconds: look at one frame in so many seconds.
        save: a folder for the drawn video, the tracks as CSV and JSON, the counts, a heat map and a page.
        on_event: called with each crossing, entry and exit.
        options: those of detection: `model`, `min_score`, `device` …

    Raises:
        OptionError: for a line or zone that is none, or lies outside of the picture; or a label the model has not.
        SourceError: when the source cannot be opened, or is no video.
    """
    counts = Counts(str(source))
    for each in counted(
        source, lines=lines, zones=zones, labels=labels, every_seconds=every_seconds, save=save, **options
    ):
        counts = each.counts
        for event in each.events if on_event else ():
            on_event(event)  # type: ignore[misc]  # there are none without it
    return counts


def counted(
    source: str | Path | int,
    *,
    lines: Sequence[str | Line] = (),
    zones: Sequence[str | Zone] = (),
    labels: Sequence[str] = (),
    every_seconds: float | None = None,
    save: str | Path | None = None,
    **options: Any,
) -> Iterator[Counted]:
    """As `count`, frame by frame. Close it, or take all: then the folder is whole."""
    asked = options_for(TASKS.get("detection"), options)
    places = _places(lines, zones)
    wanted = _known(labels, asked.model or MODEL)
    if save is not None:
        check_apart([str(source)], Path(save))
    items = open_source(os.fspath(source) if isinstance(source, Path) else source, every_seconds=every_seconds)
    folder = None if save is None else CountFolder(Path(save), str(source))
    return counted_items(items, asked, Counting(*places, wanted), folder)


def counted_items(
    items: Iterator[Item], options: Options, begin: Counting, folder: CountFolder | None = None
) -> Iterator[Counted]:
    """Every frame, counted.

    Args:
        items: the frames of one video.
        options: of detection.
        begin: what to count; lines and zones may be shares.
        folder: to write to.
    """
    began, state = time.perf_counter(), None
    counts = Counts("")
    task = TASKS.get("detection")
    with ExitStack() as stack:
        if folder is not None:
            stack.enter_context(folder)
        for answer in followed(task, items, options, keeps_images=folder is not None):
            if answer.result is None:
                yield Counted(answer.item, None, (), counts, answer.error)
                continue
            state = _placed(begin, answer.result.size) if state is None else state
            frame, found = _frame(answer, state)
            state, events = count_step(state, frame)
            speed = state.step / max(time.perf_counter() - began, 1e-9)
            counts = counts_of(state, answer.item.source, frame.seconds, speed)
            if folder is not None and answer.image is not None:
                folder.add(answer.item, answer.image, found, state, counts)
            yield Counted(answer.item, found, events, counts)


def _places(lines: Sequence[str | Line], zones: Sequence[str | Zone]) -> tuple[tuple[Line, ...], tuple[Zone, ...]]:
    """The lines and zones, read where they are text."""
    read_lines = [line_from_text(each, at) if isinstance(each, str) else each for at, each in enumerate(lines, 1)]
    read_zones = [zone_from_text(each, at) if isinstance(each, str) else each for at, each in enumerate(zones, 1)]
    check_names([*read_lines, *read_zones])
    return tuple(read_lines), tuple(read_zones)


def _known(labels: Sequence[str], model: str) -> frozenset[str]:
    """The labels, looked up among those of the model.

    Raises:
        OptionError: when the model has none of that name.
    """
    known = card_of(model).labels
    for label in labels:
        if known and label not in known:
            raise OptionError(str(UnknownNameError(f"label of {model}", label, known)))
    return frozenset(labels)


def _placed(begin: Counting, size: Size) -> Counting:
    """With lines and zones in the pixels of the video."""
    lines = tuple(each.in_pixels(size) for each in begin.lines)
    zones = tuple(each.in_pixels(size) for each in begin.zones)
    return dataclasses.replace(begin, lines=lines, zones=zones)


def _frame(answer: Answer[Detections], state: Counting) -> tuple[Frame, Detections]:
    """What counts in a frame.

    Raises:
        SourceError: for a picture that is no frame of a video.
    """
    item, result = answer.item, answer.result
    if item.frame is None or result is None or result.tracks is None:
        raise SourceError(f"{item.source} is a picture; things are counted in a video or before a camera. Name one.")
    counts = [not state.labels or label in state.labels for label in result.labels]
    found = result.take((result.tracks > 0) & np.array(counts, bool))
    tracks = np.zeros(0, np.int64) if found.tracks is None else found.tracks
    return Frame(item.frame, item.seconds or 0.0, tracks, found.labels, found.boxes), found
