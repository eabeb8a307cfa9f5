import base64
import sys

import pytest

from opsin.core.errors import InputError, MissingExtraError, RefusedError
from opsin.uses import _gallery_secret
from opsin.uses._gallery_secret import COST, sealed, unsealed

pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')
DATA = b"Ada Lovelace, ada_1.jpg"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """A key in a millisecond."""
    monkeypatch.setattr(_gallery_secret, "COST", {"n": 16, "r": 8, "p": 1})


def test_with_the_passphrase_it_is_what_it_was():
    assert unsealed(sealed(DATA, "sesame"), "sesame") == DATA


def test_what_is_sealed_cannot_be_read():
    box = sealed(DATA, "sesame")
    assert all(word not in base64.b64decode(box["data"]) for word in (b"Ada", b"jpg", b"sesame"))


def test_the_same_is_never_sealed_alike_twice():
    one, other = sealed(DATA, "sesame"), sealed(DATA, "sesame")
    assert all(one[part] != other[part] for part in ("salt", "nonce", "data"))


def test_another_passphrase_is_refused():
    with pytest.raises(RefusedError, match=r"^the passphrase is wrong, or the file was changed$"):
        unsealed(sealed(DATA, "sesame"), "Sesame")


@pytest.mark.parametrize("part", ["salt", "nonce", "data"])
def test_no_byte_can_be_changed_unnoticed(part):
    box = sealed(DATA, "sesame")
    changed = bytearray(base64.b64decode(box[part]))
    changed[0] ^= 1
    with pytest.raises(RefusedError, match="the file was changed"):
        unsealed(box | {part: base64.b64encode(bytes(changed)).decode()}, "sesame")


def test_what_is_not_hidden_cannot_be_changed_either():
    with pytest.raises(RefusedError, match="the file was changed"):
        unsealed(sealed(DATA, "sesame") | {"cipher": "none"}, "sesame")


@pytest.mark.parametrize(
    "change", [{"n": 2**30}, {"n": 15}, {"n": -16}, {"n": 16.0}, {"p": 10**9}, {"r": True}, {"nonce": "AAAA"}]
)
def test_a_cost_that_would_bring_the_machine_down_is_refused(change):
    with pytest.raises(InputError, match=r"^it is damaged: no key is made with n="):
        unsealed(sealed(DATA, "sesame") | change, "sesame")


@pytest.mark.parametrize("box", [{}, [], {"n": 16}, "text"])
def test_what_is_no_box_is_refused(box):
    with pytest.raises(InputError, match=r"^it is damaged: "):
        unsealed(box, "sesame")


def test_without_the_package_a_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(
        MissingExtraError, match=r"^Galleries with a passphrase need .*pip install \"opsin\[crypto\]\"$"
    ):
        sealed(DATA, "sesame")


@pytest.mark.slow
def test_the_real_cost_is_what_the_comment_says(monkeypatch):
    monkeypatch.setattr(_gallery_secret, "COST", COST)
    assert 128 * COST["n"] * COST["r"] == 2**27
    assert unsealed(sealed(DATA, "sesame"), "sesame") == DATA
