"""A gallery: people, and the photos that they are known by, in a folder on disk; no database, and no picture in it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from numpy.typing import ArrayLike

from opsin.core.errors import InputError, OptionError, UsageError
from opsin.media.sources import Source
from opsin.store.lock import locked
from opsin.store.progress import Progress, silent
from opsin.uses._gallery_enroll import Enrolled, Portrait, portraits
from opsin.uses._gallery_file import LOCK, is_encrypted, read_roll, stamp_of, write_roll
from opsin.uses._gallery_match import Known, known
from opsin.uses._gallery_photos import Refusal
from opsin.uses._gallery_roll import Roll, checked_name
from opsin.uses._thresholds import MODEL, acceptance_for

FOLDER = "faces"
"""Where a gallery is when nobody says so."""
PASSPHRASE = "OPSIN_PASSPHRASE"
"""The environment's variable with the passphrase."""


@dataclass(frozen=True)
class Gallery:
    """People in a folder. Nothing is kept in memory: every question looks whether the folder has changed.

    Several programs may use it at once; changes wait for one another, and are there whole or not at all.

    Attributes:
        folder: where it is; it need not exist before somebody is enrolled.
        passphrase: by which it is encrypted; None when it is not.

    >>> import tempfile
    >>> Gallery.open(tempfile.mkdtemp()).people
    {}
    """

    folder: Path
    passphrase: str | None = field(default=None, repr=False)

    @classmethod
    def open(cls, folder: str | Path = FOLDER, passphrase: str | None = None) -> Self:
        """The gallery in a folder; a new one where there is none.

        Args:
            folder: where it is, or shall be.
            passphrase: of an encrypted one, or with which a new one is to be encrypted; OPSIN_PASSPHRASE, if that is
                set, when left out.

        Raises:
            UsageError: when it is encrypted and there is no passphrase, or the reverse.
            RefusedError: when the passphrase is wrong.
            InputError: when the folder holds a file of the gallery's name that is none, or damaged.
        """
        gallery = cls(Path(folder), passphrase or os.environ.get(PASSPHRASE) or None)
        gallery.roll()
        return gallery

    @property
    def exists(self) -> bool:
        """Whether anybody was ever enrolled."""
        return stamp_of(self.folder) is not None

    @property
    def is_encrypted(self) -> bool:
        """Whether it is, or will be when somebody is enrolled, encrypted."""
        found = is_encrypted(self.folder)
        return self.passphrase is not None if found is None else found

    @property
    def people(self) -> dict[str, int]:
        """How many photos there are of each person, by name in order of the alphabet."""
        return {name: len(photos) for name, photos in self.roll().people.items()}

    def photos(self, name: str) -> tuple[str, ...]:
        """What the photos of a person are called.

        Raises:
            UnknownNameError: when nobody has that name.
        """
        return tuple(photo.file for photo in self.roll().photos(name))

    def roll(self) -> Roll:
        """Everybody, as of now."""
        return read_roll(self.folder, self.passphrase)

    def nobody(self) -> InputError:
        """The error for a gallery without people; it says how somebody comes into it."""
        return InputError(
            f"Nobody is enrolled in the gallery {self.folder}. Enroll somebody: "
            f"opsin faces enroll NAME PHOTO… --gallery {self.folder}"
        )

    def enroll(
        self, name: str, photos: Source, *, largest: bool = False, model: str = MODEL, progress: Progress = silent
    ) -> Enrolled:
        """Makes a person known by photos. Of photos that are no good nothing is kept; the others are.

        Args:
            name: the person's; more photos of somebody who is known may be added.
            photos: files, folders, images, as everywhere; one face in each.
            largest: whether in a photo of several people the largest face is meant.
            model: finds and embeds the faces; one for the whole gallery.
            progress: told of each photo.

        Raises:
            OptionError: for a name that cannot be one.
            UsageError: when the gallery was made with another model.
            SourceError: when there is no picture at all.
        """
        name = checked_name(name)
        self.check_model(model)
        looked = list(portraits(photos, model, progress, largest=largest))
        good = [each for each in looked if isinstance(each, Portrait)]
        accepted, doubles = self._add(name, good, model) if good else ((), ())
        refused = [each for each in looked if isinstance(each, Refusal)]
        return Enrolled(name, accepted, (*refused, *doubles))

    def who(
        self,
        embeddings: ArrayLike,
        far: float = 1e-3,
        *,
        thresholds: str | Path | None = None,
        is_one_picture: bool = False,
    ) -> Known:
        """Whose faces they are, by their embeddings (n, d); see `known`.

        Raises:
            InputError: when nobody is enrolled, or the embeddings are of another length.
            OptionError: for a rate that the measurement cannot tell of.
            UsageError: when no thresholds were measured for the gallery's model.
        """
        roll = self.roll()
        if not roll.people:
            raise self.nobody()
        return known(roll, embeddings, acceptance_for(roll.model, thresholds), far, is_one_picture=is_one_picture)

    def check_model(self, model: str) -> None:
        """Looks whether faces that were embedded by a model can be compared with those in the gallery.

        Raises:
            UsageError: when they were embedded by another.
        """
        roll = self.roll()
        if roll.people and roll.model != model:
            raise UsageError(
                f"The people in {self.folder} were enrolled with {roll.model}; {model} cannot be compared with it. "
                f"Use {roll.model}, or another gallery."
            )

    def rename(self, old: str, new: str) -> None:
        """Gives a person another name; as `Roll.renamed`."""
        self._change(lambda roll: roll.renamed(old, checked_name(new)))

    def merge(self, into: str, other: str) -> None:
        """Makes two people one, by the name `into`; as `Roll.merged`."""
        self._change(lambda roll: roll.merged(into, other))

    def split(self, name: str, photos: Collection[str], new_name: str) -> None:
        """Gives some of a person's photos, by their files' names, another name; as `Roll.split`."""
        self._change(lambda roll: roll.split(name, photos, checked_name(new_name)))

    def forget(self, name: str) -> None:
        """Deletes every trace of a person: name, embeddings, photos' names. Copies of the folder are yours to delete.

        Raises:
            UnknownNameError: when nobody has that name.
        """
        self._change(lambda roll: roll.without(name))

    def encrypt(self, passphrase: str) -> Self:
        """The same people under a passphrase, or another one; the gallery that answers to it.

        Raises:
            InputError: when there is no gallery.
            OptionError: for an empty passphrase.
            MissingExtraError: where `cryptography` is not installed.
        """
        if not passphrase:
            raise OptionError("A passphrase must have at least one letter; many are better.")
        return self._rewritten(passphrase)

    def decrypt(self) -> Self:
        """The same people in the clear; the gallery that answers without a passphrase.

        Raises:
            InputError: when there is no gallery.
        """
        return self._rewritten(None)

    def _rewritten(self, passphrase: str | None) -> Self:
        with self._held():
            write_roll(self.folder, self.roll(), passphrase)
        return dataclasses.replace(self, passphrase=passphrase)

    def _change(self, change: Callable[[Roll], Roll]) -> None:
        with self._held():
            write_roll(self.folder, change(self.roll()), self.passphrase)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keeps everybody else from changing what is there."""
        if not self.exists:
            raise self.nobody()
        with locked(self.folder / LOCK):
            yield

    def _add(self, name: str, good: Sequence[Portrait], model: str) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
        """Adds what is new; answers what it is called, and what is there already."""
        doubles = []
        with locked(self.folder / LOCK):
            before = roll = self.roll()
            self.check_model(model)
            for portrait in good:
                owner = roll.owner(portrait.photo)
                if owner is None:
                    roll = roll.added(name, [portrait.photo])
                else:
                    doubles.append(Refusal(portrait.source, f"it is enrolled already, as {owner}"))
            if roll is not before:
                write_roll(self.folder, dataclasses.replace(roll, model=model), self.passphrase)
        added = roll.people.get(name, ())[len(before.people.get(name, ())) :]
        return tuple(photo.file for photo in added), tuple(doubles)
