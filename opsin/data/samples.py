"""A few photographs that anybody may use for anything, to see Opsin at work on something."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from opsin.store.asset import Asset, Carrier
from opsin.store.fetch import fetch
from opsin.store.files import write_atomically
from opsin.store.progress import Progress


@dataclass(frozen=True)
class Sample:
    """One photograph.

    Attributes:
        asset: its file.
        shows: what a person sees in it.
        credit: who took it, or gave it.
        licence: an SPDX identifier, or "public domain".
    """

    asset: Asset
    shows: str
    credit: str
    licence: str

    @property
    def name(self) -> str:
        """Its file name."""
        return self.asset.name


def _asset(name: str, size_bytes: int, sha256: str) -> Asset:
    """A file of scikit-image's wheel. The wheel differs from platform to platform, the photographs do not."""
    return Asset(name, sha256, size_bytes, Carrier("scikit_image==0.26.0", f"skimage/data/{name}", 13_711_217))


SAMPLES: tuple[Sample, ...] = (
    Sample(
        _asset("astronaut.png", 791555, "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"),
        "an astronaut, Eileen Collins, in a space suit before a flag and a model of a space shuttle",
        "NASA",
        "public domain",
    ),
    Sample(
        _asset("camera.png", 139512, "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a"),
        "a man who films with a camera on a tripod, on a lawn, in grey",
        "Lav Varshney",
        "CC0-1.0",
    ),
    Sample(
        _asset("chelsea.png", 240512, "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"),
        "the face of a tabby cat, Chelsea",
        "Stefan van der Walt",
        "CC0-1.0",
    ),
    Sample(
        _asset("coffee.png", 466706, "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7"),
        "a cup of espresso with a spoon on a wooden table",
        "Rachel Michetti, Pikolo Espresso Bar",
        "CC0-1.0",
    ),
    Sample(
        _asset("rocket.jpg", 112525, "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"),
        "a rocket on its launch pad at dusk",
        "SpaceX",
        "public domain",
    ),
)


def pull_samples(folder: Path, progress: Progress | None = None) -> list[Path]:
    """Put the sample photographs into a folder, fetching them when they are not in the cache; where they are now.

    Raises:
        MissingWeightsError: when they cannot be had, or may not be fetched because of OPSIN_OFFLINE.
        OpsinError: when the folder cannot be written to.
    """
    found = fetch([sample.asset for sample in SAMPLES], progress)
    return [_copied(path, folder / asset.name) for asset, path in found.items()]


def _copied(path: Path, to: Path) -> Path:
    with path.open("rb") as file, write_atomically(to) as copy:
        shutil.copyfileobj(file, copy)
    return to
