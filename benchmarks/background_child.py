"""One process of `background.py`: prints frames, CPU and wall seconds from the first frame to the last, as JSON.

    python benchmarks/background_child.py bare|frames|save QUALITY VIDEO LIMIT

`bare` decodes each frame, brings it to the network's size and runs the network, two frames at a time on as many
threads as there are cores, and reads nothing from what it answers. `frames` makes every frame before its blurred
background; `save` writes the video, too. LIMIT is how many frames of the video are taken.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from opsin.core.image import Image
from opsin.engine.predict import model_for
from opsin.engine.stream import answers, cores, in_order
from opsin.media.item import Item
from opsin.media.video import video_items
from opsin.tasks.matting import MATTING, MattingOptions
from opsin.uses._backdrop import BackgroundOptions, backdrop, detail_of
from opsin.uses._background_frames import Frame, frames
from opsin.uses._cut import map_size
from opsin.uses.background import backgrounds

BLUR = 0.03


def bare(quality: str, video: Path, limit: int) -> Iterator[object]:
    """Frames through the network, and no more."""
    model: Any = model_for(MATTING, MattingOptions(quality=quality), streams=cores())
    network = _network_alone(model, MattingOptions(quality=quality))

    def answered(items: list[Item]) -> list[Item]:
        network([item.read()[0] for item in items])
        return items

    items = islice(video_items(video), limit)
    for some in in_order(answered, iter(lambda: list(islice(items, 2)), []), cores()):
        yield from some


def _network_alone(model: Any, options: MattingOptions) -> Callable[[list[Image]], object]:
    """A model's network with what it is given; of a model made of others, all that it does."""
    if hasattr(model, "prepare"):
        return lambda images: model.network(model.prepare(images)[0])
    return lambda images: model.run(images, options)


def made(quality: str, video: Path, limit: int) -> Iterator[Frame]:
    """The frames before a blurred background, none of them written."""
    asked = BackgroundOptions(blur=BLUR, quality=quality)
    detail, first = detail_of(asked), next(video_items(video)).read()[1]
    found = answers(
        MATTING,
        islice(video_items(video), limit),
        MattingOptions(quality=quality),
        keeps_images=True,
        size_of=lambda item, size: map_size(size, detail),
    )
    return frames(found, backdrop(asked)(first), detail)


def work(what: str, quality: str, video: Path, limit: int) -> Iterable[object]:
    """The frames, done in one of the three ways."""
    if what == "save":
        return islice(backgrounds(video, tempfile.mkdtemp(), blur=BLUR, quality=quality), limit)
    return {"bare": bare, "frames": made}[what](quality, video, limit)


def main(what: str, quality: str, video: str, limit: str) -> None:
    done = iter(work(what, quality, Path(video), int(limit)))
    next(done)  # the network is ready
    wall, cpu, number = time.perf_counter(), time.process_time(), 0
    for _ in done:
        number += 1
    told = {"frames": number, "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
