"""What all that was trained on ImageNet shares: the labels, and the terms of its pictures."""

from __future__ import annotations

from pathlib import Path

from opsin.store.asset import Asset, Carrier
from opsin.weights.card import Card
from opsin.weights.licences import check_licence

LABELS = Asset(
    "pplcnetv2_base.labels.txt",
    "33f41fec9a5036e84369f9bcee23c747cde5f9be1174bf76eb9dfeba690f2953",
    25_565,
    Carrier("paddlelabel_ml==1.0.0", "paddlelabel_ml/model/PPLCNetV2/labels.txt", 67_196_952),
)
"""A line for each of the 1,000 labels, in the order that every network trained on them has."""

TRAINED_ON, DATA_TERMS = "ImageNet-1k", "research only"


def read_labels(path: Path) -> tuple[str, ...]:
    """The first name of each label in the file `LABELS`; where another has it already, all its names."""
    labels: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        everything = line.split(" ", 1)[1]
        # The bird and the machine have no second name to tell them apart.
        names = (everything.split(",")[0], everything, f"{everything}, machine")
        labels.append(next(name for name in names if name not in labels))
    return tuple(labels)


def check_terms(name: str, licence: str) -> None:
    """Refuse ImageNet weights that the policy does not allow.

    Args:
        name: of the network.
        licence: of its weights.

    Raises:
        RefusedError: naming the licence, and how to accept it.
    """
    check_licence(
        Card(
            name=f"{name} with ImageNet weights",
            task="classification",
            summary="",
            licence=licence,
            trained_on=TRAINED_ON,
            data_terms=DATA_TERMS,
        )
    )
