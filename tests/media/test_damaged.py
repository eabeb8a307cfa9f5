import time
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

from opsin.core.errors import InputError
from opsin.media.sources import open_source


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, damaged: ModuleType, originals: list[Path]) -> list[Path]:
    made: list[Path] = damaged.make_damaged(tmp_path_factory.mktemp("damaged"), originals)
    return made


def outcome(path: Path) -> list[str]:
    """A word or an error's line for each of the first pictures in a file."""
    said = []
    try:
        for item in islice(open_source(path), 40):
            try:
                item.read((64, 64))
                said.append("read")
            except InputError as error:
                said.append(str(error))
    except InputError as error:
        said.append(str(error))
    return said


def test_there_are_two_hundred_of_them(files: list[Path]) -> None:
    assert len(files) == len(set(files)) == 200


def test_the_same_seed_makes_the_same_files(
    files: list[Path], tmp_path: Path, damaged: ModuleType, originals: list[Path]
) -> None:
    again = damaged.make_damaged(tmp_path, originals)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]


@pytest.fixture(scope="module")
def outcomes(files: list[Path]) -> dict[Path, tuple[list[str], float]]:
    """What came of each file, and how many seconds it took."""
    found = {}
    for path in files:
        began = time.monotonic()
        found[path] = outcome(path), time.monotonic() - began
    return found


def test_each_gives_results_or_clear_lines_and_nothing_else(outcomes: dict[Path, tuple[list[str], float]]) -> None:
    for path, (lines, _) in outcomes.items():
        assert lines, path
        for line in lines:
            assert line == "read" or (path.name in line and "\n" not in line and line.endswith(".")), line


def test_each_takes_seconds_at_most(outcomes: dict[Path, tuple[list[str], float]]) -> None:
    assert {path.name: seconds for path, (_, seconds) in outcomes.items() if seconds > 5} == {}


def test_memory_does_not_grow(files: list[Path], outcomes: dict[Path, tuple[list[str], float]]) -> None:
    resource = pytest.importorskip("resource", reason="this system does not tell how much memory was used")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    list(map(outcome, files))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_what_says_it_is_enormous_is_refused_before_it_is_unpacked(files: list[Path]) -> None:
    huge = next(path for path in files if path.name == "huge.png")
    assert huge.stat().st_size < 10_000
    assert outcome(huge) == [
        f"{huge} has 60000 x 60000 = 3,600,000,000 pixels, more than the 100,000,000 allowed. Give a smaller picture."
    ]


def test_one_bad_file_does_not_stop_the_others(files: list[Path], originals: list[Path]) -> None:
    bad = [path for path in files if path.name in ("empty-photo.jpg", "without-anything.zip")]
    items = list(open_source([bad[0], originals[-1], bad[1]]))
    assert [item.source for item in items] == [str(bad[0]), str(originals[-1]), str(bad[1])]
