"""What it takes to report on a model that answers one task, and the registry of the tasks that have it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray

from opsin.core.options import Options
from opsin.core.registry import Registry
from opsin.data.dataset import Dataset
from opsin.media.item import Item
from opsin.runtime.network import Arrays
from opsin.tasks import Result
from opsin.weights.card import Card

Figures = Mapping[str, Any]
"""Plain values for JSON, by name; `Report.meanings` says what each is."""


@dataclass(frozen=True, eq=False)
class Outside:
    """What a model said about pictures of other things than it was taught.

    Attributes:
        items: m pictures.
        raw: the network's outputs, by name; the first axis of each is m. Empty where the report wants results.
        results: m answers, where the report wants them.
    """

    items: Sequence[Item]
    raw: Arrays = field(default_factory=dict)
    results: Sequence[Result] = field(default=())


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """What a model said about pictures whose truth is known: raw, or as results, whichever `Report.options` wants.

    Attributes:
        card: of the model.
        data: the n pictures, all of which could be read.
        raw: the network's outputs, by name; the first axis of each is n. Empty where the report wants results.
        results: what the report keeps of n answers (`Report.kept`), where it wants them.
        sizes: (n, 2) height and width of each picture, in pixels.
        outside: the same for pictures of other things, where there are any.
        notes: what a reader should know first: a sentence each.
    """

    card: Card
    data: Dataset
    sizes: NDArray[Any]
    raw: Arrays = field(default_factory=dict)
    results: Sequence[Any] = field(default=())
    outside: Outside | None = None
    notes: Sequence[str] = field(default=())


class Report(ABC):
    """How good a model's answers to one task are.

    Attributes:
        task: name of the task.
        options: how the model is to be asked, for its results; None where the report wants the network's raw outputs.
            Raw outputs of a detector are megabytes for each picture, too many to be kept.
        findings_title: what `findings` are.
        meanings: what each of the figures is, in a sentence, by name.
        files: names of the files that `write` may write.

    Args:
        answers: the model's.
        slices: columns of the data by whose values the pictures are told apart.

    Raises:
        InputError: when the answers do not fit the data.
        UnknownNameError: when the data has no such column.
    """

    task: ClassVar[str]
    options: ClassVar[Options | None] = None
    findings_title: ClassVar[str] = "Most often confused"
    meanings: ClassVar[Mapping[str, str]]
    files: ClassVar[tuple[str, ...]]

    def __init__(self, answers: Answers, slices: Sequence[str] = ()) -> None:
        self.answers = answers
        self.slices = tuple(slices)

    @classmethod
    @abstractmethod
    def check(cls, card: Card, data: Dataset, slices: Sequence[str]) -> None:
        """Looks whether a report will be possible: before the model is asked, which may take long.

        Raises:
            InputError: when the data has labels that the model was not taught.
            UnknownNameError: when the data has no such column.
        """

    @classmethod
    def kept(cls, data: Dataset, index: int, result: Any) -> Any:
        """What is kept of the answer about a picture of the data: all of it, unless that takes much memory."""
        return result

    @property
    @abstractmethod
    def figures(self) -> Figures:
        """All figures."""

    @abstractmethod
    def headline(self) -> list[tuple[str, str, str]]:
        """The few figures that a person wants first: what it is, how much, and what that means."""

    @abstractmethod
    def findings(self) -> list[tuple[str, str]]:
        """What a person should look at next: a line each, of what it is and how much."""

    @abstractmethod
    def write(self, folder: Path) -> None:
        """Write the figures, the answers, the plots and the page into an empty folder."""


REPORTS: Registry[type[Report]] = Registry("task with a report", "opsin.reports")
"""The report on each task's answers, by its name."""
