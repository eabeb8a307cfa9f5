"""Bytes that only who knows the passphrase can read, and nobody can change unnoticed.

The key comes from the passphrase by scrypt (Percival and Josefsson, RFC 7914, https://www.rfc-editor.org/rfc/rfc7914),
which makes guessing dear; AES-256 in Galois/Counter mode (NIST SP 800-38D) hides the bytes and proves them whole.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

from opsin.core.errors import InputError, MissingExtraError, RefusedError

COST = {"n": 2**17, "r": 8, "p": 1}
"""Of one guess: 128 MiB and a third of a second, as OWASP's Password Storage Cheat Sheet asks for."""
DEAREST_BYTES = 2**29
"""Memory that a file may ask for: a damaged one is not to bring the machine down."""

SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32


def sealed(data: bytes, passphrase: str) -> dict[str, Any]:
    """The bytes, encrypted, with all but the passphrase that reading them takes; plain values for JSON.

    Raises:
        MissingExtraError: where `cryptography` is not installed.
    """
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    known = {"cipher": "AES-256-GCM", "kdf": "scrypt", **COST, "salt": _text(salt), "nonce": _text(nonce)}
    hidden = _cipher(passphrase, salt, COST).encrypt(nonce, data, _proved(known))
    return known | {"data": _text(hidden)}


def unsealed(box: Mapping[str, Any], passphrase: str) -> bytes:
    """What `sealed` was given.

    Raises:
        RefusedError: for another passphrase, or bytes that were changed.
        InputError: when it is nothing that `sealed` made.
        MissingExtraError: where `cryptography` is not installed.
    """
    known, salt, nonce, hidden = _read(box)
    cipher = _cipher(passphrase, salt, known)
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(cipher.decrypt(nonce, hidden, _proved(known)))
    except InvalidTag as error:
        raise RefusedError("the passphrase is wrong, or the file was changed") from error


def _read(box: Mapping[str, Any]) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    try:
        known = {name: box[name] for name in ("cipher", "kdf", "n", "r", "p", "salt", "nonce")}
        salt, nonce, hidden = (base64.b64decode(box[name], validate=True) for name in ("salt", "nonce", "data"))
        cost = [known[name] for name in COST]
        is_sound = all(type(each) is int and each > 0 for each in cost) and len(nonce) == NONCE_BYTES
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"it is damaged: {error}") from error
    n, r, p = cost
    if not is_sound or n & (n - 1) or n < 2 or 128 * n * r > DEAREST_BYTES or p > 16:
        raise InputError(f"it is damaged: no key is made with n={n}, r={r}, p={p}")
    return known, salt, nonce, hidden


def _cipher(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
    except ImportError as error:
        raise MissingExtraError("Galleries with a passphrase", "crypto") from error
    made = Scrypt(salt=salt, length=KEY_BYTES, n=cost["n"], r=cost["r"], p=cost["p"])
    return AESGCM(made.derive(passphrase.encode()))


def _proved(known: Mapping[str, Any]) -> bytes:
    """What is not hidden, but cannot be changed unnoticed either."""
    return json.dumps(dict(known), sort_keys=True).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
