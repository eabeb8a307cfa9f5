"""Which of a network's layers are shown, and the picture of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from opsin.core.image import Image
from opsin.draw.maps import draw_bars, draw_maps
from opsin.engine.layer_words import LOGITS, words
from opsin.media.files import save_image
from opsin.nn.feature_maps import Step

MOST_LAYERS = 24
"""A network of more layers is shown by the last one of each size of its maps."""

FOLDER = "layers"


@dataclass(frozen=True)
class ShownLayer:
    """A layer on the page.

    Attributes:
        name: of the layer.
        kind: of layer.
        shape: of what it answers for one picture.
        said: what such a layer does.
        picture: its file, from the page's folder; None where there is nothing to see.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    said: str
    picture: str | None


def layers_shown(found: Sequence[Step], asked: str | None = None) -> list[Step]:
    """The layers to show, from the picture down to the answer.

    Those that change pictures while the network learns do nothing here and are left out.

    Args:
        found: all of them.
        asked: the name of one that is to be shown in any case.
    """
    steps = [step for step in found if not step.name.startswith("augment/")]
    if len(steps) <= MOST_LAYERS:
        return steps
    # A border makes a size of its own, in which there is nothing to see.
    steps = [step for step in steps if step.kind != "ZeroPadding2D" or step.name == asked]
    is_last = [len(one.shape) != 3 or one.shape[:2] != next_.shape[:2] for one, next_ in pairwise(steps)]
    kept = [step for step, is_kept in zip(steps, [*is_last, True], strict=True) if is_kept or step.name == asked]
    return [steps[0], *(step for step in kept if step is not steps[0])]


def write_layers(steps: Sequence[Step], folder: Path) -> list[ShownLayer]:
    """Writes the picture of each layer into the folder "layers" there; what the page says of them."""
    return [_written(number, step, folder, step is steps[-1]) for number, step in enumerate(steps, start=1)]


def _written(number: int, step: Step, folder: Path, is_last: bool) -> ShownLayer:
    drawn = _drawn(step)
    name = f"{FOLDER}/{number:02}_{_file_name(step.name)}.png" if drawn is not None else None
    if drawn is not None and name is not None:
        save_image(folder / name, drawn)
    return ShownLayer(step.name, step.kind, step.shape, LOGITS if is_last else words(step.kind), name)


def _drawn(step: Step) -> Image | None:
    title = f"{step.name}: {step.kind}, {spoken(step.shape)}"
    if step.has_maps:
        return draw_maps(step.values, title)
    # In one long row, the maps can no longer be seen; dropout changes nothing.
    is_row = len(step.shape) == 1 and step.kind not in ("Flatten", "Dropout")
    return draw_bars(step.values, title) if is_row else None


def spoken(shape: Sequence[int]) -> str:
    """The shape of an answer in words.

    >>> spoken((13, 13, 32)), spoken((1, 1, 64)), spoken((10,))
    ('32 maps of 13 x 13', '64 maps of 1 x 1', '10 numbers')
    """
    if len(shape) == 3:
        return f"{shape[2]} {'map' if shape[2] == 1 else 'maps'} of {shape[0]} x {shape[1]}"
    return f"{' x '.join(map(str, shape))} {'number' if shape == (1,) else 'numbers'}"


def _file_name(name: str) -> str:
    """A layer's name in letters that every disk takes."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
