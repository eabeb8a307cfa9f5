"""Every error that Opsin raises on purpose, as one tree.

    OpsinError                    catch this one to catch them all
    ├── UsageError                the question was put wrongly            exit code 2
    │   ├── OptionError           an option has a value it cannot have
    │   ├── UnknownNameError      no task, model or file goes by that name
    │   └── MissingExtraError     an optional package is not installed
    ├── InputError                what was given cannot be read           exit code 1
    │   ├── ImageError            one picture, or one frame
    │   │   └── NoReaderError     its reader is not installed (a MissingExtraError too)
    │   ├── SourceError           a folder, archive, video, camera or address
    │   ├── DataError             labelled pictures that nothing can be learned from
    │   ├── RunError              a run's folder
    │   └── DivergedError         training went astray: the loss is no number
    ├── WeightsError              a network's file                        exit code 1
    │   ├── MissingWeightsError   not here, and may not or cannot be fetched
    │   └── DamagedWeightsError   other bytes than its card promises
    └── RefusedError              policy says no (a licence)              exit code 3

Anything else that comes out of Opsin is a bug, and is left to crash loudly.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class OpsinError(Exception):
    """The root of all errors that Opsin raises on purpose; the message is one line for a person.

    Attributes:
        exit_code: what the command line ends with.
    """

    exit_code: ClassVar[int] = 1


class UsageError(OpsinError):
    """The question was put wrongly."""

    exit_code = 2


class OptionError(UsageError, ValueError):
    """An option has a value that it cannot have."""


class UnknownNameError(UsageError, LookupError):
    """Nothing goes by that name; the message offers the nearest ones.

    >>> print(UnknownNameError("model", "bright_spt", ["bright_spot", "mean_colour"]))
    There is no model called 'bright_spt'. Did you mean 'bright_spot'? Known: bright_spot, mean_colour.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"There is no {kind} called {name!r}.{guess} Known: {', '.join(names) or 'none'}.")


class MissingExtraError(UsageError, ImportError):
    """A feature needs a package that a plain installation leaves out.

    >>> print(MissingExtraError("HEIC pictures", "heic"))
    HEIC pictures need an optional package. Install it with: pip install "opsin[heic]"
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} need an optional package. Install it with: pip install "opsin[{extra}]"')


class InputError(OpsinError, ValueError):
    """What was given cannot be read."""


class ImageError(InputError):
    """One picture, or one frame, cannot be read."""


class NoReaderError(MissingExtraError, ImageError):
    """A picture needs an optional package. It is an ImageError too, so that the other pictures go on."""


class SourceError(InputError):
    """A folder, archive, video, camera or address cannot be read."""


class DataError(InputError):
    """Labelled pictures that nothing can be learned from."""


class RunError(InputError):
    """A run's folder cannot be begun, read or gone on with."""


class DivergedError(InputError):
    """Training went astray: the loss is no number any more."""


class WeightsError(OpsinError):
    """A network's file is not usable."""


class MissingWeightsError(WeightsError):
    """A network's file is not in the cache, and may not or cannot be fetched."""


class DamagedWeightsError(WeightsError):
    """A network's file holds other bytes than its card promises."""


class RefusedError(OpsinError):
    """Policy says no."""

    exit_code = 3
