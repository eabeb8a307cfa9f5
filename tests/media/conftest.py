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
from opsin.media.video import write_video

SHARED = Path(__file__).parents[3] / "shared" / "data"


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
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Whole files of every kind, made from a photograph where there is one."""
    folder = tmp_path_factory.mktemp("originals")
    photograph = next(iter(sorted((SHARED / "coco_dev" / "val2017").glob("*.jpg"))), None)
    picture = Pillow.open(photograph) if photograph else Pillow.effect_mandelbrot((320, 240), (-2, -1, 1, 1), 50)
    with picture:
        small = picture.convert("RGB").resize((320, 240))
    turned = [small.rotate(angle) for angle in (30, 60)]
    for name in ("photo.jpg", "photo.png", "photo.webp", "photo.tif", "photo.bmp", "photo.avif", "photo.gif"):
        small.save(folder / name)
    small.save(folder / "progressive.jpg", progressive=True)
    small.save(folder / "packed.tif", compression="tiff_deflate")
    small.quantize(32).save(folder / "palette.png")
    for name in ("moving.gif", "moving.webp", "moving.png"):
        small.save(folder / name, save_all=True, append_images=turned)
    _write_clips(folder, [np.asarray(each) for each in (small, *turned)] * 5)
    return sorted(folder.iterdir())


def _write_clips(folder: Path, images: list[Image]) -> None:
    import cv2

    with write_video(folder / "clip.webm", 10, (240, 320)) as video:
        for image in images:
            video.write(image)
    writer = cv2.VideoWriter(str(folder / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for image in images:
        writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    writer.release()
