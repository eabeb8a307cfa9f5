"""200 damaged files, given to the command line: each must give a result or one clear line."""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from child import opsin
from figures import Figure, keep

MAKER = Path(__file__).parents[1] / "tests" / "media" / "damaged.py"


def main() -> list[Figure]:
    """Measures what came of the files; answers what was not reached."""
    made = _module(MAKER)
    with tempfile.TemporaryDirectory() as name:
        whole, broken = Path(name, "whole"), Path(name, "broken")
        whole.mkdir()
        broken.mkdir()
        originals = made.make_originals(whole)
        paths = made.make_damaged(broken, originals)
        few = opsin("classify", *[path for path in originals if path.suffix == ".jpg"], "--json")
        return keep("damaged", measured(paths, few.peak_bytes))


def measured(paths: list[Path], usual_bytes: int) -> list[Figure]:
    """How many were answered, how the process ended, how long it took, how much memory it held."""
    ended = opsin("classify", *paths, "--json", may_fail=True)
    lines = [json.loads(line) for line in ended.output.splitlines()]
    said = {path for path in paths for line in lines if line["source"].startswith(str(path))}
    errors = [line["error"] for line in lines if "error" in line]
    return [
        Figure("damaged files that gave a result or an error", len(said), least=len(paths)),
        Figure("errors of more than one line", sum("\n" in error for error in errors), most=0),
        Figure("exit code", ended.exit_code, least=1, most=1),
        Figure("seconds for all", ended.wall, most=120),
        Figure("peak memory over that on whole pictures", ended.peak_bytes / usual_bytes, most=5),
    ]


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(bool(main()))
