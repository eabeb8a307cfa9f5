"""Unlock: yes or no to a person before a camera, after a challenge that a photograph held up does not pass.

It keeps out photographs, flat or bent, and videos that stand still. It does not keep out a video on a screen that
happens to show what is asked, a mask, a twin, or somebody who can write the gallery's files.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

from opsin.core.errors import ImageError, UsageError
from opsin.core.options import Checked, option
from opsin.media.item import Item
from opsin.media.sources import open_source
from opsin.models import Model, open_model
from opsin.runtime.network import Place
from opsin.store.home import home
from opsin.tasks.faces import Faces, FacesOptions
from opsin.uses._attempts import Attempts, write_line
from opsin.uses._challenge import Alike, Challenge, State, Verdict, draw_challenge, step
from opsin.uses._gallery import Gallery
from opsin.uses._thresholds import acceptance_for

LOOKING = FacesOptions(min_score=0.6, limit=10)
"""How faces are found in each frame."""

FAILURES = "unlock.json"
"""The file in Opsin's home that counts failures."""

logger = logging.getLogger("opsin")

Frame = tuple[float, Faces]
"""The time of a frame in seconds, and the faces in it with their embeddings."""

Tell = Callable[[str], None]
"""Is told what the person should do next."""


@dataclass(frozen=True, kw_only=True)
class UnlockOptions(Checked):
    """How to unlock.

    Raises:
        OptionError: for a value of the wrong type or out of range.
    """

    far: float = option(
        1e-4, help="A stranger's face is taken for the person's so seldom (see: opsin faces calibrate)."
    )
    seconds: float = option(30.0, help="How long an attempt may take.", low=1.0, high=600.0)
    attempts: int = option(3, help="Failures in a row, after which nobody gets in for 15 minutes.", low=1, high=100)
    steps: int = option(3, help="How many things to ask for; more are harder to foresee.", low=3, high=12)
    thresholds: str | None = option(None, help="A file made by: opsin faces calibrate")


@dataclass(frozen=True)
class Unlocking:
    """What came of it.

    Attributes:
        name: whose lock it is.
        is_open: yes or no.
        why: in words.
        attempts: how many were made.
    """

    name: str
    is_open: bool
    why: str
    attempts: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"name": self.name, "open": self.is_open, "why": self.why, "attempts": self.attempts}


def unlock(
    name: str,
    camera: str | int | Path,
    *,
    gallery: str | Path | Gallery = "faces",
    log: str | Path | None = None,
    tell: Tell = lambda line: None,
    **options: Any,
) -> Unlocking:
    """Whether the person before the camera is the one enrolled by that name, and there in the flesh.

    The person looks ahead, then turns to the left and the right and comes closer, in an order that nobody knows
    beforehand. The face must be the person's all the while, go from each to the next without a jump, and move as a
    solid head does. Failures are counted over all runs of this user.

    Args:
        name: somebody in the gallery.
        camera: its number, an address, or a video's file.
        gallery: its folder, or opened already.
        log: a file that gets a line for each attempt: when, who, yes or no, why.
        tell: is called with what the person should do, when that changes.
        options: those of `UnlockOptions`.

    Raises:
        RefusedError: when there were too many failures before.
        UnknownNameError: when nobody has that name.
        UsageError: for an option out of range.
        SourceError: when the camera cannot be opened.
    """
    asked = UnlockOptions(**options)
    opened = gallery if isinstance(gallery, Gallery) else Gallery.open(gallery)
    alike, model_name = _likeness(opened, name)
    least = acceptance_for(model_name, asked.thresholds).threshold(asked.far)
    attempts = Attempts(home() / FAILURES, f"{opened.folder.resolve()}\n{name}", asked.attempts)
    frames = _begun(_frames(open_source(camera), cast("Model[Faces]", open_model(model_name, Place()))))
    made, left, verdict = 0, 1, Verdict(False, "")
    while left and not verdict.answer and not verdict.is_end:
        left, made = attempts.begin(), made + 1
        verdict = challenged(frames, draw_challenge(least, asked.seconds, asked.steps), alike, tell)
        if verdict.answer:
            attempts.succeed()
        if log is not None:
            write_line(Path(log), name, bool(verdict.answer), verdict.says)
        tell(f"{'yes' if verdict.answer else 'no'}: {verdict.says}")
    return Unlocking(name, bool(verdict.answer), verdict.says, made)


def challenged(frames: Iterator[Frame], challenge: Challenge, alike: Alike, tell: Tell) -> Verdict:
    """What comes of one challenge; no more frames are taken than it needs.

    Args:
        frames: their times in seconds, and the faces in them with embeddings.
        challenge: what is asked.
        alike: how alike an embedding is to the person.
        tell: is called with what to do next, when that changes.
    """
    state, told = State(challenge), ""
    for seconds, faces in frames:
        state, verdict = step(state, faces, seconds, alike)
        if verdict.answer is not None:
            return verdict
        if verdict.says != told:
            told = verdict.says
            tell(told)
    return Verdict(False, "the camera sent no more pictures", is_end=True)


def _likeness(gallery: Gallery, name: str) -> tuple[Alike, str]:
    """How alike embeddings are to a person in a gallery, and the model that makes such embeddings."""
    roll = gallery.roll()
    if not roll.people:
        raise gallery.nobody()
    roll.photos(name)  # says who there is, when there is nobody by that name
    template = roll.templates[list(roll.people).index(name)]
    return lambda embedding: float(template @ embedding), roll.model


def _begun(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same frames, the first one taken already: a camera that cannot be opened is no attempt."""
    return chain(list(islice(frames, 1)), frames)


def _frames(items: Iterator[Item], model: Model[Faces]) -> Iterator[Frame]:
    """The time and the faces of each frame; those that are damaged are as good as not sent."""
    for item in items:
        try:
            image, _ = item.read()
        except ImageError as error:
            logger.warning("%s", error)
            continue
        if item.seconds is None:
            raise UsageError(f"{item.source} is no video and no camera. Give a camera's number, or a video's file.")
        yield item.seconds, model.run([image], LOOKING)[0]
