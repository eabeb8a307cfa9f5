"""Who: whose are the faces in a picture, of those in the gallery?"""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opsin.core.image import Image
from opsin.core.options import Options, option
from opsin.models import Pipeline, register
from opsin.tasks import TASKS, Task
from opsin.tasks.faces import UNKNOWN, Faces, FacesOptions
from opsin.uses._gallery import FOLDER, Gallery
from opsin.uses._gallery_match import known
from opsin.uses._gallery_photos import embeddings_of
from opsin.uses._thresholds import MODEL, acceptance_for
from opsin.uses._tracked import tracked
from opsin.weights.card import Card

logger = logging.getLogger("opsin")


@dataclass(frozen=True, kw_only=True)
class WhoOptions(FacesOptions):
    """How to look for people."""

    gallery: str = option(FOLDER, help="Folder of the gallery; an encrypted one is opened with OPSIN_PASSPHRASE.")
    far: float = option(
        1e-3, help="Share of strangers who may be taken for somebody (0 to 1), as was measured.", low=0.0, high=1.0
    )
    thresholds: str | None = option(
        None, help="File of thresholds from opsin faces calibrate, instead of those that were measured with the model."
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class KnownFaces(Faces):
    """Faces of one image with names, most certain to be a face first; "unknown" is a name as well.

    Attributes:
        similarities: (n,) how alike each is to the person it is most like; None where the gallery holds nobody.
    """

    task = "who"

    def to_dict(self) -> dict[str, Any]:
        """As every result, without the embeddings: who asks for names wants no numbers to know faces again by."""
        told = super().to_dict()
        told.pop("embeddings", None)
        return told


@register
class Who(Pipeline[KnownFaces]):
    """Embeds the faces of a picture and looks for each in the gallery. A name is given once a picture."""

    cards = (
        Card(
            name="who",
            task="who",
            summary="Who is in a picture, of those in the gallery: YuNet, then SFace.",
            parts={"faces": MODEL},
            licence="Apache-2.0",
        ),
        Card(
            name="who_tiny",
            task="who",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            parts={"faces": "yunet_sface_tiny"},
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def run(self, images: Sequence[Image], options: Options) -> list[KnownFaces]:
        """The faces of each image, with names."""
        asked = options if isinstance(options, WhoOptions) else WhoOptions()
        gallery = Gallery.open(asked.gallery)
        # Where the usual folder has no gallery nobody is known yet; a folder that somebody named should have one.
        if asked.gallery != FOLDER and not gallery.exists:
            raise gallery.nobody()
        gallery.check_model(self.parts["faces"].card.name)
        return [self._named(faces, gallery, asked) for faces in self.parts["faces"].run(images, options)]

    def _named(self, faces: Faces, gallery: Gallery, options: WhoOptions) -> KnownFaces:
        values = {each.name: getattr(faces, each.name) for each in dataclasses.fields(faces)}
        found = KnownFaces(**values | {"model": self.card.name})
        roll = gallery.roll()
        if not roll.people:
            _say(str(gallery.nobody()) + " Until then, everybody is unknown.")
            return dataclasses.replace(found, names=(UNKNOWN,) * len(found.scores))
        measured = acceptance_for(roll.model, options.thresholds)
        named = known(roll, embeddings_of(faces), measured, options.far, is_one_picture=True)
        if named.far > options.far * (1 + 1e-6):
            _say(
                f"With {len(roll.people):,} people in {gallery.folder}, one stranger in {1 / named.far:,.0f} may be "
                f"taken for somebody (far {named.far:.1e}): lower rates were not measured."
            )
        return dataclasses.replace(found, names=named.names, similarities=named.similarities)


# Once is enough: the same is true of the next picture.
@functools.lru_cache(maxsize=16)
def _say(line: str) -> None:
    logger.warning("%s", line)


WHO = Task(
    name="who",
    verb="faces who",
    summary="Say whose faces are in a picture: people in the gallery, or unknown.",
    options=WhoOptions,
    result=KnownFaces,
    default="who",
    follow=tracked,
    examples=("party.jpg", "holiday/ --save drawn", "door.mp4 --track --far 1e-4 --save drawn"),
)
TASKS.add("who", WHO)
