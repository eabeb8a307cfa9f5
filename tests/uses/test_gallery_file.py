import json
import os

import numpy as np
import pytest

from opsin.core.errors import InputError, RefusedError, UsageError
from opsin.uses import _gallery_secret
from opsin.uses._gallery_file import FILE, is_encrypted, read_roll, stamp_of, write_roll
from opsin.uses._gallery_roll import Photo, Roll

ADA = Roll("m").added("Ada", [Photo("a.jpg", np.eye(4, dtype=np.float32)[0])])


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """A key in a millisecond."""
    monkeypatch.setattr(_gallery_secret, "COST", {"n": 16, "r": 8, "p": 1})


def crypto():
    pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')


def test_where_there_is_no_file_there_is_nobody(tmp_path):
    assert read_roll(tmp_path, None).people == {}
    assert (stamp_of(tmp_path), is_encrypted(tmp_path)) == (None, None)


@pytest.mark.parametrize("passphrase", [None, "sesame"])
def test_what_is_written_can_be_read(tmp_path, passphrase):
    crypto()
    write_roll(tmp_path, ADA, passphrase)
    assert read_roll(tmp_path, passphrase).to_dict() == ADA.to_dict()
    assert is_encrypted(tmp_path) is (passphrase is not None)


def test_it_is_read_again_only_when_it_has_changed(tmp_path):
    write_roll(tmp_path, ADA, None)
    first = read_roll(tmp_path, None)
    assert read_roll(tmp_path, None) is first
    write_roll(tmp_path, ADA.renamed("Ada", "Eve"), None)
    assert list(read_roll(tmp_path, None).people) == ["Eve"]


def test_another_process_s_change_is_seen(tmp_path):
    write_roll(tmp_path, ADA, None)
    read_roll(tmp_path, None)
    changed = (tmp_path / FILE).read_text().replace("Ada", "Eve")
    (tmp_path / FILE).write_text(changed)
    assert list(read_roll(tmp_path, None).people) == ["Eve"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_its_owner_may_read_the_file(tmp_path):
    write_roll(tmp_path, ADA, None)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_what_a_killed_process_left_behind_goes(tmp_path):
    (tmp_path / f".{FILE}.0123").write_text("Ada")
    write_roll(tmp_path, ADA, None)
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_an_encrypted_gallery_shows_no_name(tmp_path):
    crypto()
    write_roll(tmp_path, ADA, "sesame")
    written = (tmp_path / FILE).read_bytes()
    assert not any(word in written for word in (b"Ada", b"a.jpg", b"people", b"embedding"))


def test_a_wrong_passphrase_is_one_line(tmp_path):
    crypto()
    write_roll(tmp_path, ADA, "sesame")
    with pytest.raises(RefusedError, match=r"^The gallery .* cannot be opened: the passphrase is wrong, or .*\.$"):
        read_roll(tmp_path, "salami")


def test_no_passphrase_where_one_is_needed_says_how_to_give_it(tmp_path):
    crypto()
    write_roll(tmp_path, ADA, "sesame")
    with pytest.raises(UsageError, match=r"is encrypted\. Set OPSIN_PASSPHRASE, or ask for --passphrase\.$"):
        read_roll(tmp_path, None)


def test_a_passphrase_where_none_is_needed_says_how_to_encrypt(tmp_path):
    write_roll(tmp_path, ADA, None)
    with pytest.raises(UsageError, match=r"is not encrypted, but a passphrase was given\. .* opsin faces encrypt"):
        read_roll(tmp_path, "sesame")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", r"gallery\.json cannot be read as a gallery: "),
        (b"[" * 100_000, r"gallery\.json cannot be read as a gallery: "),
        (b"[]", r"gallery\.json is no gallery of Opsin's\. Choose another folder with --gallery\.$"),
        (b'{"opsin": "gallery", "format": 9}', r"has the format 9; this version of Opsin reads 1\.$"),
        (b'{"opsin": "gallery", "format": 1}', r"^The gallery .* cannot be read: it is damaged: 'people'\.$"),
    ],
)
def test_what_is_no_gallery_is_refused(tmp_path, content, said):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_roll(tmp_path, None)


def test_a_damaged_encrypted_gallery_is_refused(tmp_path):
    (tmp_path / FILE).write_text(json.dumps({"opsin": "gallery", "format": 1, "encrypted": {}}))
    with pytest.raises(InputError, match=r"^The gallery .* cannot be read: it is damaged: 'cipher'\.$"):
        read_roll(tmp_path, "sesame")


def test_what_cannot_be_written_leaves_what_was(tmp_path, monkeypatch):
    write_roll(tmp_path, ADA, None)
    before = (tmp_path / FILE).read_bytes()
    monkeypatch.setattr("opsin.store.files._rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_roll(tmp_path, ADA.renamed("Ada", "Eve"), None)
    assert [(tmp_path / FILE).read_bytes()] == [before for _ in tmp_path.iterdir()]
