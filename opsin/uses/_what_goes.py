"""What is to be erased from a picture: said by points, a label or a mask, and grown to take its soft edge along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from opsin.core.errors import InputError, OptionError, UnknownNameError
from opsin.core.image import Image
from opsin.core.masks import Mask, whole
from opsin.core.options import Checked, option
from opsin.engine.predict import options_for, predict
from opsin.media.fill import FILLS
from opsin.media.sources import read_image
from opsin.tasks import TASKS
from opsin.tasks.segmentation import BACKGROUND, QUALITIES, Segmentation

GROWN = 0.012
"""How much a mask grows, as a share of the picture's diagonal: edges are soft, and networks cut close to them."""
MOST_GROWN = 0.15
"""Of a small thing, no more than that share of its own side."""

Points = Sequence[Any]
"""Points, each as (x, y) or "x,y", in pixels of the upright original."""


@dataclass(frozen=True, kw_only=True)
class Asked(Checked):
    """What is to be erased, and how."""

    label: str | None = option(None, help="Erase everything of this label, such as person.")
    which: int | None = option(None, help="Of the things of the label only this one; 1 is the surest.", low=1)
    quality: str = option("best", help="How much care to take to find the label.", choices=tuple(QUALITIES))
    mask: str | None = option(None, help="A picture of the same size, black but for what goes.")
    grow: int | None = option(None, help="Pixels by which what goes grows on all sides.", low=0)
    fill: str = option("exemplar", help="How to fill the hole.", choices=tuple(FILLS))
    at: Points = ()
    not_at: Points = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("at", "not_at"):
            object.__setattr__(self, name, _points(getattr(self, name)))
        said = [name for name in ("at", "label", "mask") if getattr(self, name)]
        if len(said) != 1:
            came = " and ".join(said) or "none of them"
            raise OptionError(f"Say what to erase with one of at (a point), label or mask; got {came}.")
        if self.which and (not self.label or self.quality != "best"):
            raise OptionError("which tells things of one label apart: it needs a label, and the quality best.")

    @property
    def question(self) -> tuple[str, dict[str, Any]] | None:
        """The task that finds what goes, and what it is asked with; None where a mask says it."""
        if self.label is not None:
            return "segmentation", {"quality": self.quality}
        return ("selection", {"at": self.at, "not_at": self.not_at}) if self.at else None

    @property
    def model(self) -> str | None:
        """Name of the model that finds what goes; None where none is needed."""
        if self.question is None:
            return None
        name, options = self.question
        task = TASKS.get(name)
        return task.model_name(options_for(task, options))


def what_goes(image: Image, asked: Asked, drawn: Mask | None = None) -> Mask:
    """(h, w) what was asked for, grown.

    Args:
        image: (h, w, 3) uint8.
        asked: how it was said.
        drawn: (h, w) the mask, where it did not come as a file.

    Raises:
        InputError: when nothing of the label or at the points is there, or a point lies beside the picture; for a mask
            that is black or of another size.
        OptionError: for a label that the model does not know.
    """
    things = _things(image, asked) if drawn is None else [_fitting(image, drawn)]
    hole = np.zeros(image.shape[:2], bool)
    for thing in things:
        hole |= grown(thing, asked.grow)
    return hole


def _things(image: Image, asked: Asked) -> list[Mask]:
    """Each thing (h, w) that was asked for, before it grows."""
    if asked.question is None:
        return [_fitting(image, np.asarray(read_image(str(asked.mask)).any(axis=2)))]
    task, options = asked.question
    found = predict(task, image, **options)
    if asked.label is not None:
        return _of_label(found, asked.label, asked.which)
    if not found.mask.any():
        raise InputError("Nothing was found at the points given. Give others, or draw a mask.")
    return [found.mask]


def _fitting(image: Image, mask: Mask) -> Mask:
    """The mask that somebody drew, if it is one of the picture."""
    if mask.shape != image.shape[:2]:
        raise InputError(f"A mask must have its picture's height and width {image.shape[:2]}; got one of {mask.shape}.")
    if not mask.any():
        raise InputError("The mask is black all over: it says of nothing that it should go. Make white what goes.")
    return mask


def _of_label(found: Segmentation, label: str, which: int | None) -> list[Mask]:
    """(h, w) each thing of a label, the surest first; or only one of them, counted from 1."""
    if label not in found.labels:
        raise OptionError(str(UnknownNameError("label", label, found.labels)))
    things = _apart(found, label)
    if not things:
        raise InputError(
            f"No {label} is to be seen, but: {_seen(found)}. Name what is seen, point at it, or draw a mask."
        )
    if which is not None and which > len(things):
        raise InputError(f"Of the label {label}, {len(things)} can be seen; {which} is none of them. Say a lower one.")
    return things if which is None else things[which - 1 : which]


def _apart(found: Segmentation, label: str) -> list[Mask]:
    """(h, w) each thing of a label; all together where the model does not tell them apart."""
    if found.instances is None or label == BACKGROUND:
        return [mask] if (mask := found.mask(label)).any() else []
    pairs = zip(found.instances.labels, found.instances.masks, strict=True)
    return [whole(mask) for each, mask in pairs if each == label]


def _seen(found: Segmentation) -> str:
    """What there is, as "person (2), car", or "person, car" where the model does not tell things apart."""
    if found.instances is None:
        told = [label for label in found.areas if label != BACKGROUND]
    else:
        counts = Counter(found.instances.labels)
        told = [label if count == 1 else f"{label} ({count})" for label, count in counts.items()]
    return ", ".join(told) or "nothing known"


def grown(mask: Mask, pixels: int | None = None) -> Mask:
    """(h, w) the mask with everything that lies at most so many pixels from it.

    Args:
        mask: (h, w) bool.
        pixels: by default 1.2 % of the picture's diagonal, but at most 15 % of the thing's side, and at least 1.

    >>> grown(np.array([[False, False, True, False, False]]), 1)
    array([[False,  True,  True,  True, False]])
    """
    import cv2

    if pixels is None:
        pixels = max(1, round(min(GROWN * np.hypot(*mask.shape), MOST_GROWN * np.sqrt(mask.sum()))))
    if not pixels or not mask.any():
        return mask.copy()
    wide, window = np.zeros_like(mask), _window(mask, pixels)
    away = cv2.distanceTransform((~mask[window]).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    wide[window] = away <= pixels
    return wide


def _window(mask: Mask, around: int) -> tuple[slice, slice]:
    """Rows and columns of all that the mask holds, and so many pixels around it."""
    spans = [np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0)]
    rows, columns = (slice(max(int(span[0]) - around, 0), int(span[-1]) + 1 + around) for span in spans)
    return rows, columns


def _points(said: Any) -> tuple[Any, ...]:
    """Several points; one alone is a list of one."""
    is_one = isinstance(said, str) or (len(said) == 2 and all(isinstance(each, int | float) for each in said))
    return (said,) if is_one else tuple(said)
