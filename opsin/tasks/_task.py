"""What a task is, and what all results have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, ParamSpec, Self, TypeVar, cast

from opsin.core.errors import InputError, OptionError
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.record import Record
from opsin.core.registry import Registry
from opsin.media.files import save_image
from opsin.store.files import write_atomically


@dataclass(frozen=True, eq=False, kw_only=True)
class Result(Record, ABC):
    """The answer about one image. What was true and what was predicted have the same type.

    Attributes:
        height: of the original image, in pixels.
        width: of the original image, in pixels.
        model: name of the model that answered; empty for what is true.
    """

    height: int
    width: int
    model: str = ""

    task: ClassVar[str]
    """Name of the task that it answers."""

    @property
    def size(self) -> Size:
        """(height, width) of the original image."""
        return self.height, self.width

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, in the order: height, width, task, model, then the answer."""
        answer = super().to_dict()
        head = {
            "height": answer.pop("height"),
            "width": answer.pop("width"),
            "task": self.task,
            "model": answer.pop("model"),
        }
        return head | answer

    @property
    @abstractmethod
    def summary(self) -> str:
        """One line for a person; empty when there is nothing to say."""

    @abstractmethod
    def draw(self, image: Image) -> Image:
        """A new image of the same size with the answer drawn on it."""

    @abstractmethod
    def resized(self, size: Size) -> Self:
        """The same answer about the same image at another size (height, width)."""

    def save(self, path: str | Path, image: Image | None = None) -> None:
        """Write the answer as `.json`, or, with the image, as a picture on which it is drawn.

        Raises:
            OptionError: for a picture's name without an image.
        """
        path = Path(path)
        if path.suffix.lower() == ".json":
            with write_atomically(path) as file:
                file.write(self.to_json().encode() + b"\n")
        elif image is not None:
            save_image(path, self.draw(image))
        else:
            raise OptionError(
                f"To save a picture such as {path.name} give the image too: save(path, image); or save .json."
            )


P = ParamSpec("P")
R = TypeVar("R", bound=Result)
Figures = Mapping[str, float]
"""Names of figures and their values."""


@dataclass(frozen=True)
class Task(Generic[P, R]):
    """A question that can be asked of a picture.

    Attributes:
        name: the noun, as in JSON: "classification".
        verb: what a person does, the command's name: "classify"; in a group of commands, "faces find".
        summary: one sentence; the command's help.
        options: the dataclass of its options.
        result: the type of its answer.
        default: name of the model that answers when none is named.
        qualities: name of a quality -> name of the model that gives it, the quickest first; none where there is no
            choice. The options of a task that has some take them as `quality`.
        score: predicted and true answers about the same images, in the same order -> figures by name.
        follow: answers about the frames of a video, in their order -> the same, with what is followed from frame to
            frame; None where nothing is.
        examples: arguments of the command that show its use.
    """

    name: str
    verb: str
    summary: str
    options: Callable[P, Options]
    result: type[R]
    default: str
    qualities: Mapping[str, str] = field(default_factory=dict)
    score: Callable[[Sequence[R], Sequence[R]], Figures] | None = None
    follow: Callable[[Iterable[Any]], Iterator[Any]] | None = None
    examples: tuple[str, ...] = ()

    @property
    def options_type(self) -> type[Options]:
        """The class behind `options`, for those who read its fields."""
        return cast("type[Options]", self.options)

    def model_name(self, options: Options) -> str:
        """Name of the model that is to answer: the one named, that of a quality, or the task's own.

        Raises:
            OptionError: when both a model and a quality are asked for.
        """
        quality = getattr(options, "quality", None)
        if options.model and quality:
            raise OptionError(f"A model ({options.model}) and a quality ({quality}) were both given; choose one.")
        return options.model or (self.qualities[quality] if quality else self.default)


def pairs(predicted: Sequence[R], truth: Sequence[R]) -> list[tuple[R, R]]:
    """Each answer with what is true of the same image.

    Raises:
        InputError: when there are not as many of both.
    """
    if len(predicted) != len(truth):
        raise InputError(f"Each answer needs its truth: got {len(predicted)} answers and {len(truth)} truths.")
    return list(zip(predicted, truth, strict=True))


TASKS: Registry[Task[Any, Any]] = Registry("task", "opsin.tasks", "opsin.uses")
"""Every task and every use, by name."""
