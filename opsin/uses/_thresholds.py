"""How alike two faces must be: as measured for the model, or on the user's own pictures."""

from __future__ import annotations

from pathlib import Path

from opsin.core.acceptance import Acceptance
from opsin.core.errors import UsageError
from opsin.models import card_of
from opsin.uses._acceptance_file import load_acceptance

MODEL = "yunet_sface_mirrored"
"""What finds and embeds faces when nobody says so: embeddings of different models cannot be compared, so all that
compare faces take the same."""


def acceptance_for(model: str, thresholds: str | Path | None) -> Acceptance:
    """The thresholds in a file made by `opsin faces calibrate`; those on the model's card when there is none.

    Raises:
        InputError: when the file cannot be read, or holds no thresholds of that model.
        UsageError: when there is no file, and nothing was measured for the model.
    """
    if thresholds is not None:
        return load_acceptance(Path(thresholds), model)
    measured = card_of(model).acceptance
    if measured is None:
        raise UsageError(
            f"No thresholds were measured for {model}. Give --thresholds FILE, made with: opsin faces calibrate"
        )
    return measured
