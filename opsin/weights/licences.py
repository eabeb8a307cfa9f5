"""Which licences of weights may be used: what is permissive, and what the user has accepted."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from opsin.core.errors import OptionError, RefusedError
from opsin.weights.card import Card

POLICIES = ("permissive", "strict")

# fmt: off
PERMISSIVE = frozenset((
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-PDDC", "CC-PDM-1.0",
    "CC0-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "HPND", "ISC", "MIT", "MIT-0", "NCSA", "ODC-By-1.0",
    "PDDL-1.0", "PostgreSQL", "PSF-2.0", "Python-2.0", "Unlicense", "X11", "Zlib",
))
# fmt: on
"""SPDX identifiers that allow any use, commercial included, and ask for a notice at most."""

_TOKEN = re.compile(r"\s*([()]|[A-Za-z0-9.:+-]+)")
_IDENTIFIER = re.compile(r"(?=.*[A-Z0-9])[A-Za-z0-9.:+-]+")


@dataclass(frozen=True)
class Policy:
    """What is allowed.

    Attributes:
        is_strict: whether the terms of the data that a network was trained on count as well.
        accepted: SPDX identifiers that the user accepts beside the permissive ones.
    """

    is_strict: bool = False
    accepted: frozenset[str] = frozenset()

    def with_accepted(self, more: frozenset[str]) -> str:
        """The value of OPSIN_LICENCES that accepts these as well."""
        return ",".join([POLICIES[self.is_strict], *sorted(self.accepted | more)])


def read_policy() -> Policy:
    """The policy of OPSIN_LICENCES: `permissive` (default) or `strict`, then SPDX identifiers, with commas between.

    Raises:
        OptionError: when a word of it is neither.
    """
    words = [word for part in os.environ.get("OPSIN_LICENCES", "").split(",") if (word := part.strip())]
    accepted = frozenset(words) - set(POLICIES)
    for word in sorted(accepted):
        # "strct" must not pass for a licence, and quietly be the default policy.
        if not _IDENTIFIER.fullmatch(word):
            raise OptionError(
                f"OPSIN_LICENCES has {word!r}, which is neither permissive nor strict nor an SPDX identifier. "
                "Write it like: permissive,CC-BY-NC-4.0"
            )
    return Policy("strict" in words, accepted)


def check_licence(card: Card, policy: Policy | None = None) -> None:
    """Refuse a card that the policy, which is the environment's when left out, does not allow.

    A card that names neither a licence nor files is of a network taught here, from random numbers: it is its owner's.
    Under `strict` the card's `data_terms` must be a permissive SPDX expression too; other words, or none beside a
    `trained_on`, are refused.

    Raises:
        RefusedError: naming the card, the licence, and how to accept it.
    """
    if not card.licence and not card.files:
        return
    policy = policy or read_policy()
    if refused := not_allowed(card.licence, policy.accepted):
        raise RefusedError(
            f"{card.name}: the licence of its weights is {card.licence or 'unknown'}, which is not permissive. "
            f"If it suits your use, accept it with OPSIN_LICENCES={policy.with_accepted(refused)}"
        )
    if policy.is_strict and card.trained_on and not_allowed(card.data_terms, policy.accepted):
        raise RefusedError(
            f"{card.name}: it was trained on {card.trained_on}, whose terms ({card.data_terms or 'unknown'}) are not "
            "permissive, and OPSIN_LICENCES is strict. If they suit your use, set OPSIN_LICENCES=permissive"
        )


def not_allowed(expression: str, accepted: frozenset[str] = frozenset()) -> frozenset[str]:
    """The licences of an SPDX expression that are neither permissive nor accepted; the fewest, where there is a choice.

    What is no SPDX expression counts as one licence of that name.

    >>> not_allowed("Apache-2.0 AND (MIT OR GPL-3.0-only)")
    frozenset()
    >>> not_allowed("Apache-2.0 AND CC-BY-NC-4.0")
    frozenset({'CC-BY-NC-4.0'})
    """
    allowed = frozenset(name.lower() for name in PERMISSIVE | accepted)
    tokens = _TOKEN.findall(expression)
    try:
        if "".join(tokens) != re.sub(r"\s", "", expression):
            raise ValueError
        refused = _either(tokens, allowed)
        if tokens:
            raise ValueError
    except (ValueError, IndexError):
        return frozenset({expression})
    return refused


def _either(tokens: list[str], allowed: frozenset[str]) -> frozenset[str]:
    """Takes `A OR B OR …` from the front of the tokens; AND binds tighter."""
    choices = [_all(tokens, allowed)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        choices.append(_all(tokens, allowed))
    return min(choices, key=len)


def _all(tokens: list[str], allowed: frozenset[str]) -> frozenset[str]:
    refused = _one(tokens, allowed)
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        refused |= _one(tokens, allowed)
    return refused


def _one(tokens: list[str], allowed: frozenset[str]) -> frozenset[str]:
    first = tokens.pop(0)
    if first == "(":
        inside = _either(tokens, allowed)
        if tokens.pop(0) != ")":
            raise ValueError
        return inside
    if first in (")", "AND", "OR", "WITH"):
        raise ValueError
    if tokens and tokens[0] == "WITH":
        # An exception only ever allows more, so the licence alone decides.
        tokens.pop(0)
        tokens.pop(0)
    return frozenset() if first.removesuffix("+").lower() in allowed else frozenset({first})
