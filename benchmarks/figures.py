"""Figures asked for beside figures measured: a table on the terminal, and a CSV that is kept."""

from __future__ import annotations

import csv
import datetime
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("openvino", "numpy", "pillow", "opencv-python-headless", "keras", "tensorflow-cpu")


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        name: what was measured.
        measured: what came out.
        least: what it should be at least; None when there is no such bound.
        most: what it should be at most.
        note: what a reader should know.
    """

    name: str
    measured: float
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether it lies within its bounds."""
        return (self.least is None or self.measured >= self.least) and (self.most is None or self.measured <= self.most)

    @property
    def asked(self) -> str:
        """The bounds in words."""
        bounds = [("at least", self.least), ("at most", self.most)]
        return ", ".join(f"{word} {bound:.4g}" for word, bound in bounds if bound is not None)


def keep(area: str, figures: Iterable[Figure]) -> list[Figure]:
    """Prints the figures and writes them to `results/AREA.csv`; answers those that were not reached."""
    kept = list(figures)
    for figure in kept:
        mark = "ok  " if figure.is_reached else "MISS"
        print(f"{mark} {figure.name:<64} {figure.measured:>10.4g}   {figure.asked}  {figure.note}", flush=True)
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{area}.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["figure", "measured", "asked", "reached", "note", "date", "machine", "versions"])
        for figure in kept:
            reached = "yes" if figure.is_reached else "no"
            row = [figure.name, f"{figure.measured:.5g}", figure.asked, reached, figure.note]
            table.writerow([*row, datetime.datetime.now(datetime.UTC).date(), machine(), versions()])
    return [figure for figure in kept if not figure.is_reached]


def machine() -> str:
    """The processor and how many cores there are."""
    facts = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in facts.read_text().splitlines() if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {len(os.sched_getaffinity(0))} cores"


def versions() -> str:
    """Python and the packages that do the work."""
    from opsin import __version__

    packages = "; ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return f"python {platform.python_version()}; opsin {__version__}; {packages}"
