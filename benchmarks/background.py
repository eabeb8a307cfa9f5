"""Backgrounds of videos, whether they flicker, keep up, and what they cost: `python benchmarks/background.py`.

Flicker is the mean step of alpha from frame to frame, over the pixels in which the picture does not change: whose
brightness, averaged over 5 x 5 pixels, differs by at most 2 of 255. Lag is the mean distance of alpha from that of the
network alone, over the pixels in which the picture changes by 10 or more. Where that is more than 45 per cent of them,
it is another scene, and what was before says nothing of it: such frames are left out. Costs are those of one process
that decodes the video and runs the bare network, and of one that makes every frame; ratios are the median of three such
pairs, one after the other. Of the slow qualities only the first frames are taken.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from background_child import BLUR, made
from child import run
from figures import Figure, keep

from opsin.engine.predict import model_for
from opsin.engine.stream import answers
from opsin.media.guided import grey_levels
from opsin.media.video import video_items
from opsin.tasks.matting import MATTING, MattingOptions

HERE = Path(__file__).parent
VIDEO = HERE.parents[1] / "shared" / "data" / "video" / "talking-head.mp4"
STILL, MOVING, CUT = 2 / 255, 10 / 255, 0.45
FRAMES = {"fast": 275, "balanced": 40, "best": 8}
"""How many frames are taken at each quality."""


def main() -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not VIDEO.is_file():
        raise SystemExit(f"The video to measure on is not there: {VIDEO}")
    return keep("background", [figure for quality in MATTING.qualities for figure in of(quality)])


def of(quality: str) -> Iterator[Figure]:
    """The figures of a quality."""
    yield from steadiness(quality)
    yield from cost(quality)


def steadiness(quality: str) -> Iterator[Figure]:
    """Flicker beside the network's own, and how far behind moving edges are."""
    options = MattingOptions(quality=quality)
    items = islice(video_items(VIDEO), FRAMES[quality])
    alone = answers(MATTING, items, options, keeps_images=True)
    raw, steadied, lags = [], [], []
    before: tuple[Any, ...] = ()
    for one, frame in zip(alone, made(quality, VIDEO, FRAMES[quality]), strict=True):
        now = cv2.blur(grey_levels(one.image), (5, 5)), one.result.alpha, frame.alpha
        change = np.abs(now[0] - before[0]) if before else np.ones(1)
        still, moving = change <= STILL, change >= MOVING
        if moving.mean() <= CUT:
            raw.append(np.abs(now[1] - before[1])[still].mean())
            steadied.append(np.abs(now[2] - before[2])[still].mean())
            lags.append(np.abs(now[2] - now[1])[moving].mean() if moving.any() else 0.0)
        before = now
    ratio, note = float(np.mean(steadied) / np.mean(raw)), f"{FRAMES[quality]} frames; network alone {np.mean(raw):.5f}"
    yield Figure(f"talking-head.mp4, {quality}: flicker over the network's", ratio, most=0.5, note=note)
    yield Figure(f"talking-head.mp4, {quality}: mean distance of alpha where it moves", float(np.mean(lags)))


def cost(quality: str) -> Iterator[Figure]:
    """Frames a second of making every frame over those of decoding and the bare network."""
    model_for(MATTING, MattingOptions(quality=quality), streams=1)  # fetched before time is taken
    pairs = [(_child("bare", quality), _child("frames", quality)) for _ in range(3)]
    for kind in ("cpu", "wall"):
        ratio = statistics.median(bare[kind] / done[kind] for bare, done in pairs)
        speed = statistics.median(done["frames"] / done[kind] for _, done in pairs)
        name = f"talking-head.mp4, {quality}: frames a {kind} second"
        yield Figure(
            f"{name} over decode + bare network", ratio, least=0.8, note=f"blur {BLUR:g}, {FRAMES[quality]} frames"
        )
        yield Figure(f"{name}, not written", speed, least=15 if (quality, kind) == ("fast", "wall") else None)
    if quality != "fast":
        return
    saved = _child("save", quality)
    yield Figure(f"talking-head.mp4, {quality}: frames a second, written", saved["frames"] / saved["wall"])


def _child(what: str, quality: str) -> dict[str, float]:
    arguments = what, quality, VIDEO, str(FRAMES[quality])
    told: dict[str, float] = json.loads(run(sys.executable, HERE / "background_child.py", *arguments).output)
    return told


if __name__ == "__main__":
    sys.exit(bool(main()))
