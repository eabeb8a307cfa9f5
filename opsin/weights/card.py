"""The card of a model: what it is, where its bytes come from, what may be done with it, how good it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opsin.core.acceptance import Acceptance
from opsin.store.asset import Asset


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a person should know of a model before using it, and what the program needs to fetch it.

    Attributes:
        name: family_size.training, as `picodet_small.coco`.
        task: name of the task that it answers.
        summary: one sentence.
        labels: its labels, in the network's order; empty when it has none or they are in `files["labels"]`.
        files: the files it needs, by the role they play. None for a model that needs no weights.
        parts: names of the models that it is made of, by role.
        input_size: (height, width) of the network's input in pixels; None for a model without a network of its own.
        licence: of the weights, as an SPDX identifier.
        trained_on: the data that it was trained on.
        data_terms: the terms of that data: an SPDX identifier, or a few words, which the strict policy refuses.
        source: a page that says where the weights come from.
        paper: the paper that describes the network.
        published: figures that its authors state, by name.
        measured: figures that `dev.py measure` gave here, by name.
        channels: of the network's input: 3 for colour, 1 for grey, any number of pictures with `white`.
        white: the number in pictures of 16 bits or many channels that the network is shown as 255; None of others.
        fit: how a picture is brought to the input's size: "squeeze" (sides as they fall), "crop" (the middle, of a
            picture scaled to its short side), "letterbox" (all of it, with borders), or "ink" (a single character,
            made light on dark and centred as MNIST's are). Families with a way of their own leave it out.
        temperature: what logits are divided by, so that scores say how often the answer is right.
        offset: what is added to logits then, where each is a score of its own.
        reject_below: the best score under which the answer is "unknown".
        acceptance: how alike two embeddings must be to count as the same, by false-accept rate.
        is_tiny: whether it is a stand-in without weights, for tests: its answers mean nothing, and no list shows it.
    """

    name: str
    task: str
    summary: str
    labels: tuple[str, ...] = ()
    files: Mapping[str, Asset] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    input_size: tuple[int, int] | None = None
    licence: str
    trained_on: str = ""
    data_terms: str = ""
    source: str = ""
    paper: str = ""
    published: Mapping[str, float] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)
    channels: int = 3
    white: float | None = None
    fit: str = ""
    temperature: float = 1.0
    offset: float = 0.0
    reject_below: float = 0.0
    acceptance: Acceptance | None = None
    is_tiny: bool = False

    @property
    def size_bytes(self) -> int:
        """What its own files take on disk."""
        return sum(asset.size_bytes for asset in self.files.values())
