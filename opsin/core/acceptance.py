"""How alike two things must be to count as the same, for how often a stranger may then be taken for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from opsin.core.errors import InputError, OptionError

FEWEST = 10
"""Impostors that must have passed for a rate to be known: with ten, it is known to about a third."""


@dataclass(frozen=True)
class Acceptance:
    """Thresholds by false-accept rate, as they were measured.

    Attributes:
        rates: (n,) shares of impostor pairs that are taken for the same, rising, in 0..1.
        thresholds: (n,) the similarity from which two count as the same, for each rate; they fall.
        impostors: how many pairs of different ones were compared.
        measured_on: what they were.

    Raises:
        InputError: when the rates do not rise, or the thresholds rise.
    """

    rates: tuple[float, ...]
    thresholds: tuple[float, ...]
    impostors: int
    measured_on: str = ""

    def __post_init__(self) -> None:
        if len(self.rates) != len(self.thresholds) or not self.rates:
            raise InputError(f"Each rate needs a threshold; got {len(self.rates)} and {len(self.thresholds)}.")
        if not (np.diff(self.rates) > 0).all() or (np.diff(self.thresholds) > 0).any():
            raise InputError("Rates must rise, and thresholds must not: a laxer threshold lets more in.")

    @property
    def lowest_rate(self) -> float:
        """The lowest rate that so many impostors can tell of."""
        return max(self.rates[0], FEWEST / self.impostors)

    def threshold(self, far: float) -> float:
        """The similarity from which two count as the same, so that a share `far` of strangers is let in.

        Between the rates measured, it lies on a line over the logarithm of the rate.

        Raises:
            OptionError: for a rate that the measurement cannot tell of.

        >>> Acceptance((0.001, 0.1), (0.5, 0.3), impostors=100_000).threshold(0.01)
        0.4
        """
        if not self.lowest_rate <= far <= self.rates[-1]:
            raise OptionError(
                f"far must lie between {self.lowest_rate:.1e} and {self.rates[-1]:g}, since {self.impostors:,} pairs "
                f"of different people were compared ({self.measured_on or 'by calibration'}); got {far!r}."
            )
        return round(float(np.interp(np.log(far), np.log(self.rates), self.thresholds)), 6)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "rates": list(self.rates),
            "thresholds": list(self.thresholds),
            "impostors": self.impostors,
            "measured_on": self.measured_on,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The reverse of `to_dict`.

        Raises:
            InputError: when something is missing or no number.
        """
        try:
            return cls(
                tuple(map(float, data["rates"])),
                tuple(map(float, data["thresholds"])),
                int(data["impostors"]),
                str(data.get("measured_on", "")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"These are no measured thresholds: {error}. Make them with: opsin faces calibrate"
            ) from error
