"""The command line, run in this process, and pictures to run it on."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from opsin.cli import main
from opsin.media.files import save_image

TINY = {
    "classify": "pplcnetv2_tiny_classification.random",
    "detect": "picodet_tiny.random",
    "embed": "pplcnetv2_tiny_embedding.random",
    "look": "look_tiny",
    "segment": "deeplab_tiny.random",
    "matte": "u2netp_tiny.random",
    "caption": "captioner_tiny",
    "select": "hrnet18_ocr64_tiny.random",
    "faces find": "yunet_tiny.random",
    "faces who": "who_tiny",
}

NEEDED = {"select": ("--at", "30,20")}
"""What a command cannot do without."""


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """An empty cache, no network, a wide terminal without colours, and a folder to be in."""
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    monkeypatch.delenv("OPSIN_LICENCES", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def opsin(capsys, monkeypatch):
    """Runs `opsin WORD…`, with bytes on standard input if need be: its code, output and errors."""

    def run(*words, given=b""):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return SimpleNamespace(code=ended.value.code or 0, out=said.out, err=said.err)

    return run


@pytest.fixture
def tiny(opsin):
    """As `opsin`, with the tiny model of the command, and the flags that it cannot do without."""

    def run(verb, *words, **more):
        return opsin(*verb.split(), "--model", TINY[verb], *NEEDED.get(verb, ()), *words, **more)

    return run


@pytest.fixture
def photos():
    """red.png, green.png and deep/blue.png in the folder photos."""
    for name, colour in {"red": (200, 9, 9), "green": (9, 200, 9), "deep/blue": (9, 9, 200)}.items():
        save_image(Path(f"photos/{name}.png"), np.full((40, 60, 3), colour, np.uint8))
    return Path("photos")
