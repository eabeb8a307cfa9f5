"""What recognising costs on photographs as large as a phone takes them: `python benchmarks/camera.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from figures import Figure, keep
from pictures import camera_photographs
from recognise import against_bare


def main(count: int = 1000) -> list[Figure]:
    """Measures the cost beside that of the bare parts; answers what was not reached."""
    with tempfile.TemporaryDirectory() as name:
        return keep("camera", against_bare(camera_photographs(Path(name), count), "4032 x 3024"))


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
