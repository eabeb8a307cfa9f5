"""Counting in video beside a count by eye, and what it costs: `python benchmarks/count.py [FRAMES]`.

The counts by eye were made on contact sheets of the frames that are written down here. Costs are those of one process
that decodes the video and runs the bare network on every frame, and of one that counts; each ratio is the median of
three such pairs. Memory is the most that a process held while it counted a video that begins again and again.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from child import run
from figures import Figure, keep

HERE = Path(__file__).parent
VIDEOS = HERE.parents[1] / "shared" / "data" / "video"


@dataclass(frozen=True)
class ByEye:
    """A count by eye.

    Attributes:
        video: its file.
        line: as the command takes it.
        label: what was counted; None for anything: from straight above the network takes cars for other things.
        inward: frames in which something was half across the line, going in.
        outward: the same, going out.
    """

    video: str
    line: str
    label: str | None
    inward: tuple[int, ...]
    outward: tuple[int, ...]


BY_EYE = (
    # Every 16th frame of all 377. In is down the picture.
    ByEye("car-detection.mp4", "0,216,768,216", None, (199, 328), (90, 222)),
    # Columns 199 to 201 of all 795 frames side by side, and the 5 frames around each crossing, 4 apart; 304 to 322 each
    # second one: a man comes to the line and turns, which is no crossing. In is to the left.
    ByEye(
        "vtest.avi",
        "200,180,200,340",
        "person",
        (183, 205, 252, 532, 600, 678, 712),
        (300, 644, 663, 701, 751),
    ),
    # Columns 299 to 301 of all frames, and the 5 frames around each crossing, 3 apart; 286 to 343, 714 to 744, 756 to
    # 792 each third one. From 404 to 446 a man stands on the line; he came from the left and leaves to the right.
    ByEye(
        "vtest.avi",
        "300,180,300,400",
        "person",
        (72, 169, 189, 231, 270, 292, 309, 379, 505, 580, 657, 698, 727, 765, 784),
        (5, 89, 297, 317, 329, 335, 446, 663, 682, 724, 768, 774),
    ),
)


def main(frames: int = 20_000) -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not VIDEOS.is_dir():
        raise SystemExit(f"The videos to count in are not there: {VIDEOS}")
    return keep("count", [*beside_the_eye(), *cost(), *memory(frames)])


def beside_the_eye() -> Iterator[Figure]:
    """How far each count is from that by eye."""
    import opsin

    for truth in BY_EYE:
        found = opsin.count(VIDEOS / truth.video, lines=[f"line={truth.line}"]).of("line", truth.label)
        by_eye = len(truth.inward), len(truth.outward)
        off = max(abs(one - other) for one, other in zip(found, by_eye, strict=True))
        note = f"{found[0]} in and {found[1]} out; by eye {by_eye[0]} and {by_eye[1]}"
        yield Figure(f"{truth.video}, line {truth.line}: off by", off, most=1, note=note)


def cost() -> Iterator[Figure]:
    """Frames a second of counting over those of decoding and the bare network."""
    for name in ("car-detection.mp4", "vtest.avi"):
        pairs = [(_child("bare", name), _child("count", name)) for _ in range(3)]
        for kind in ("cpu", "wall"):
            ratio = statistics.median(bare[kind] / counted[kind] for bare, counted in pairs)
            speed = statistics.median(counted["frames"] / counted[kind] for _, counted in pairs)
            note = f"{speed:.0f} frames for each {kind} second"
            yield Figure(f"{name}: frames a {kind} second over decode + bare network", ratio, least=0.8, note=note)
        saved = _child("save", name)
        yield Figure(f"{name}: frames a CPU second with --save", saved["frames"] / saved["cpu"])


def memory(frames: int) -> Iterator[Figure]:
    """The most memory held over many frames of a video, over that on 1,000."""
    few, many = (run(sys.executable, HERE / "count_child.py", "loop", VIDEOS / "vtest.avi", str(n)).peak_bytes
                 for n in (1000, frames))  # fmt: skip
    note = f"{many / 1e6:.0f} MB"
    yield Figure(f"peak memory on {frames:,} frames of video over that on 1,000", many / few, most=1.05, note=note)


def _child(what: str, name: str) -> dict[str, float]:
    told: dict[str, float] = json.loads(run(sys.executable, HERE / "count_child.py", what, VIDEOS / name).output)
    return told


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
