"""How long a person waits for the first word."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from child import Cost, opsin, run
from figures import Figure, keep
from pictures import web_photographs

RUNS = 7


def main() -> list[Figure]:
    """Measures the start of the command line; answers what was not reached."""
    with tempfile.TemporaryDirectory() as name:
        picture = web_photographs(Path(name), 1) / "00000.jpg"
        openvino = seconds(lambda: run(sys.executable, "-c", "import openvino"))
        one = seconds(lambda: opsin("classify", picture))
        note = f"{one:.2f} s"
        return keep(
            "start",
            [
                Figure("opsin --help, seconds", seconds(lambda: opsin("--help")), most=0.4),
                Figure("import opsin, seconds", seconds(lambda: run(sys.executable, "-c", "import opsin")), most=0.5),
                Figure("opsin classify one.jpg, over `import openvino`", one / openvino, most=5, note=note),
            ],
        )


def seconds(work: Callable[[], Cost]) -> float:
    """The median of several runs, after one that warms the disk's cache."""
    work()
    return statistics.median(work().wall for _ in range(RUNS))


if __name__ == "__main__":
    sys.exit(bool(main()))
