"""Pictures to read, as arrays and as files, and the module that damages them."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from opsin.core.image import Image


@pytest.fixture(scope="session")
def photo() -> Image:
    """(48, 64, 3): red grows to the right, green downwards, blue is even, so that every turn of it looks different."""
    rows, columns = np.mgrid[:48, :64]
    return np.dstack([columns * 4, rows * 5, np.full((48, 64), 90)]).astype(np.uint8)


@pytest.fixture(scope="session")
def encoded(photo: Image) -> Callable[..., bytes]:
    """Bytes of a file: encoded("PNG"), encoded("JPEG", mode="CMYK"), encoded("GIF", picture)."""

    def encode(kind: str, picture: Pillow.Image | None = None, mode: str = "RGB", **options: Any) -> bytes:
        buffer = io.BytesIO()
        (picture or Pillow.fromarray(photo).convert(mode)).save(buffer, kind, **options)
        return buffer.getvalue()

    return encode


@pytest.fixture(scope="session")
def damaged() -> ModuleType:
    """The module damaged.py, which is beside this one."""
    spec = importlib.util.spec_from_file_location("damaged", Path(__file__).with_name("damaged.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory, damaged: ModuleType) -> list[Path]:
    """Whole files of every kind, made from a photograph where there is one."""
    made: list[Path] = damaged.make_originals(tmp_path_factory.mktemp("originals"))
    return made
