"""Measured thresholds in a JSON file, for whoever asks by a false-accept rate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError, SourceError, UsageError


def load_acceptance(path: Path, model: str | None = None) -> Acceptance:
    """The thresholds that a calibration has kept.

    Args:
        path: of its file.
        model: what they are wanted for; not looked at when left out.

    Raises:
        InputError: when it is no such file, or was measured with another model.
    """
    data = _read(path)
    if model is not None and data.get("model") != model:
        raise InputError(
            f"{path} was measured with {data.get('model')}, not with {model}, whose similarities are others. "
            f"Measure again: opsin faces calibrate PAIRS.csv --model {model}"
        )
    try:
        return Acceptance.from_dict(data)
    except InputError as error:
        raise InputError(f"{path} holds no measured thresholds. Make them with: opsin faces calibrate") from error


def check_own(path: Path) -> None:
    """Refuses to write over what is no calibration, before long work.

    Raises:
        UsageError: when the path is something else's.
    """
    if not path.exists():
        return
    try:
        load_acceptance(path)
    except InputError as error:
        raise UsageError(f"{path} holds something else, which would be lost. Name a file that is new.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Make it with: opsin faces calibrate") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} holds no measured thresholds. Make them with: opsin faces calibrate") from error
    return data if isinstance(data, dict) else {}
