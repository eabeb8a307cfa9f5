"""One process of `count.py`: prints frames, CPU and wall seconds from the first frame to the last, as JSON.

    python benchmarks/count_child.py bare|count|save|loop VIDEO [FRAMES]

`bare` decodes each frame, brings it to the network's size and runs the network, two frames at a time on as many
threads as there are cores, and reads nothing from what it answers. `count` counts; `save` also writes the folder;
`loop` counts a video that begins again until there were so many frames.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

from opsin.engine.predict import model_for
from opsin.engine.stream import cores, in_order
from opsin.media.item import Item
from opsin.media.video import video_items
from opsin.tasks.detection import DETECTION, DetectionOptions
from opsin.uses._count_places import Line
from opsin.uses._count_state import Counting
from opsin.uses.count import counted, counted_items

LINE = "0.3,0,0.3,1"


def bare(video: Path) -> Iterator[object]:
    """The raw outputs for each two frames."""
    model: Any = model_for(DETECTION, DetectionOptions(), streams=cores())

    def answered(items: list[Item]) -> list[object]:
        batch, _ = model.prepare([item.read()[0] for item in items])
        model.network(batch)
        return list(items)

    items = video_items(video)
    for some in in_order(answered, iter(lambda: list(islice(items, 2)), []), cores()):
        yield from some


def looped(video: Path, frames: int) -> Iterator[Item]:
    """The frames of a video that begins again, numbered on."""
    numbers = count()
    again = (item for _ in count() for item in video_items(video))
    for item in islice(again, frames):
        number = next(numbers)
        yield dataclasses.replace(item, frame=number, seconds=number / 10)


def work(what: str, video: Path, frames: int) -> Iterable[object]:
    if what == "bare":
        return bare(video)
    if what == "loop":
        plan = Counting((Line("line", ((0.3, 0.0), (0.3, 1.0))),))
        return counted_items(looped(video, frames), DetectionOptions(), plan)
    return counted(video, lines=[LINE], save=tempfile.mkdtemp() if what == "save" else None)


def main(what: str, video: str, frames: str = "0") -> None:
    done = iter(work(what, Path(video), int(frames)))
    next(done)  # the network is ready
    wall, cpu, number = time.perf_counter(), time.process_time(), 0
    for _ in done:
        number += 1
    told = {"frames": number, "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
