"""`opsin doctor`: what this machine has, for a person who asks why something does not work."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from opsin.engine.stream import cores
from opsin.models import MODELS, card_of
from opsin.store.home import home, is_offline
from opsin.weights.pull import is_here

PACKAGES = (
    "numpy",
    "openvino",
    "opencv-python-headless",
    "pillow",
    "typer",
    "rich",
    "pi-heif",
    "keras",
    "tensorflow-cpu",
)
INSTRUCTIONS = ("sse4_2", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "neon")


def doctor(
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Say what this machine has: versions, cores, instruction sets, devices, the cache, licences."""
    facts = examine()
    if json:
        import json as jsonlib

        typer.echo(jsonlib.dumps(facts))
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in facts.items():
        table.add_row(key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
    Console().print(table)


def examine() -> dict[str, Any]:
    """Everything that the command tells, by name."""
    from opsin import __version__

    return {
        "opsin": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": platform.platform(),
        "packages": [f"{name} {_version(name)}" for name in PACKAGES],
        "cores": cores(),
        "instruction sets": _instruction_sets(),
        "devices": _devices(),
        "ffmpeg": shutil.which("ffmpeg") or "none: videos are written without sound",
        "cache": str(home()),
        "cache free": f"{_free_bytes() / 1e9:.1f} GB",
        "weights here": [name for name in MODELS.names() if _is_here(name)],
        "offline": is_offline(),
        "licences": os.environ.get("OPSIN_LICENCES", "permissive"),
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _instruction_sets() -> list[str]:
    """Those of the processor that make networks fast; Linux alone tells them in a file."""
    facts = Path("/proc/cpuinfo")
    words = set(facts.read_text(encoding="utf-8").split()) if facts.exists() else set()
    return [name for name in INSTRUCTIONS if name in words] or [platform.machine()]


def _devices() -> list[str]:
    if importlib.util.find_spec("openvino") is None:
        return ["none: openvino is not installed"]
    import openvino

    core = openvino.Core()
    return [f"{name} ({core.get_property(name, 'FULL_DEVICE_NAME')})" for name in core.available_devices]


def _free_bytes() -> int:
    """Room on the disk that holds the cache, or will hold it."""
    folder = home()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _is_here(name: str) -> bool:
    card = card_of(name)
    return bool(card.files) and is_here(card)
