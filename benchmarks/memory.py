"""Memory does not grow with the number of pictures: `python benchmarks/memory.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from child import opsin
from figures import Figure, keep
from pictures import web_photographs


def main() -> list[Figure]:
    """Measures the most memory held; answers what was not reached."""
    with tempfile.TemporaryDirectory() as name:
        many, few = web_photographs(Path(name, "many"), 5000), web_photographs(Path(name, "few"), 500)
        peaks = [opsin("classify", folder, "--json").peak_bytes for folder in (many, few)]
        note = f"{peaks[0] / 1e6:.0f} MB"
        return keep(
            "memory",
            [Figure("peak memory on 5,000 pictures over that on 500", peaks[0] / peaks[1], most=1.05, note=note)],
        )


if __name__ == "__main__":
    sys.exit(bool(main()))
