import json
import shutil
import stat
import zipfile

import pytest

from opsin.core.errors import DamagedWeightsError, MissingWeightsError, OpsinError
from opsin.store.fetch import cache_folder, have, path_of
from opsin.weights.bundle import bundle, unbundle
from opsin.weights.pull import files


@pytest.fixture
def cards(card_of, put):
    """Two cards with a file in common, all in the cache."""
    pair = [card_of("a.none", one=b"one"), card_of("b.none", licence="ISC", one=b"one", two=b"two" * 1000)]
    for role, asset in pair[1].files.items():
        put(asset, {"one": b"one", "two": b"two" * 1000}[role])
    return pair


@pytest.fixture
def path(cards, tmp_path, home):
    """A bundle of the two cards; the cache is empty again."""
    bundle(cards, tmp_path / "all.bundle")
    shutil.rmtree(home)
    return tmp_path / "all.bundle"


@pytest.fixture
def written(tmp_path, asset_of):
    """Writes a bundle of the members given, whose manifest promises one file, `spot.onnx` with the bytes `spot`."""

    def write(members, **changes):
        asset = asset_of(b"spot")
        entry = {"name": asset.name, "sha256": asset.sha256, "size_bytes": asset.size_bytes} | changes
        manifest = {"format": 1, "models": [{"name": "spot.none"}], "files": [entry]}
        with zipfile.ZipFile(tmp_path / "odd.bundle", "w") as archive:
            archive.writestr("manifest.json", json.dumps(manifest))
            for member, content in members:
                archive.writestr(member, content)
        return tmp_path / "odd.bundle"

    return write


@pytest.fixture
def spot(asset_of):
    """The member that `written` promises."""
    return f"files/{path_of(asset_of(b'spot')).name}"


def refused(path, why):
    return pytest.raises(DamagedWeightsError, match=rf"^{path} is not a sound bundle: {why}")


def test_what_was_bundled_is_here_after_unbundling(path, cards):
    assert unbundle(path) == ("a.none", "b.none")
    assert {role: file.read_bytes() for role, file in files(cards[1]).items()} == {"one": b"one", "two": b"two" * 1000}


def test_the_same_cards_give_the_same_bytes(path, cards, tmp_path):
    unbundle(path)
    bundle(cards, tmp_path / "again.bundle")
    assert (tmp_path / "again.bundle").read_bytes() == path.read_bytes()


def test_nothing_in_it_tells_when_it_was_made(path):
    with zipfile.ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_beyond_the_limits_of_an_old_archive_comes_through(cards, tmp_path, home, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 2000)  # instead of 2 GiB
    bundle(cards, tmp_path / "large.bundle")
    shutil.rmtree(home)
    unbundle(tmp_path / "large.bundle")
    assert have(cards[1].files["two"])


def test_a_file_that_two_cards_share_is_in_it_once(path):
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist())) == 3


def test_the_manifest_tells_names_licences_hashes_and_sizes(path, cards):
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    two = cards[1].files["two"]
    assert [(model["name"], model["licence"]) for model in manifest["models"]] == [("a.none", "MIT"), ("b.none", "ISC")]
    assert manifest["models"][1]["files"][1] == path_of(two).name
    assert manifest["files"][1] == {"name": "two.bin", "sha256": two.sha256, "size_bytes": 3000}


def test_a_card_whose_files_cannot_be_had_is_not_bundled(card_of, tmp_path):
    with pytest.raises(MissingWeightsError, match=r"^spot\.none: one\.bin is not in the cache"):
        bundle([card_of(one=b"one")], tmp_path / "none.bundle")
    assert not (tmp_path / "none.bundle").exists()


def test_a_damaged_file_is_not_bundled(cards, put, tmp_path):
    put(cards[0].files["one"], b"ONE")
    with pytest.raises(DamagedWeightsError, match=r"one\.bin must be 3 bytes with sha256"):
        bundle(cards, tmp_path / "none.bundle")
    assert not (tmp_path / "none.bundle").exists()


def test_unbundling_mends_a_file_of_another_length(path, cards, put):
    put(cards[0].files["one"], b"o")
    unbundle(path)
    assert have(cards[0].files["one"])


def test_unbundling_twice_changes_nothing(path):
    unbundle(path)
    before = {file: file.stat().st_mtime_ns for file in cache_folder().iterdir()}
    unbundle(path)
    assert {file: file.stat().st_mtime_ns for file in cache_folder().iterdir()} == before


def test_any_flipped_byte_of_a_file_is_noticed(path):
    content = path.read_bytes()
    path.write_bytes(content.replace(b"twotwo", b"twottt", 1))
    with refused(path, ""):
        unbundle(path)
    assert all(file.read_bytes() == b"one" for file in cache_folder().glob("*.bin"))


def test_any_cut_is_noticed(path):
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with refused(path, ""):
            unbundle(path)


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "none").write_bytes(b"no zip")
    with refused(
        tmp_path / "none", r"it is not a zip archive that can be read \(.+\)\. Make it again with: opsin models"
    ):
        unbundle(tmp_path / "none")


def test_a_bundle_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(
        OpsinError, match=r"none cannot be read: No such file or directory\. Give the path of a bundle\.$"
    ):
        unbundle(tmp_path / "none")


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"format": 2}', '{"format": 1, "models": 1}', "[" * 100_000])
def test_a_manifest_that_cannot_be_read_is_refused(text, tmp_path):
    with zipfile.ZipFile(tmp_path / "odd", "w") as archive:
        archive.writestr("manifest.json", text)
    with refused(tmp_path / "odd", r"its manifest\.json cannot be read \("):
        unbundle(tmp_path / "odd")


def test_an_archive_without_a_manifest_is_refused(tmp_path):
    zipfile.ZipFile(tmp_path / "odd", "w").close()
    with refused(tmp_path / "odd", r"its manifest\.json cannot be read"):
        unbundle(tmp_path / "odd")


def test_a_manifest_of_a_later_format_says_so(tmp_path):
    with zipfile.ZipFile(tmp_path / "odd", "w") as archive:
        archive.writestr("manifest.json", '{"format": 2}')
    with refused(tmp_path / "odd", r"its manifest.json cannot be read \(format 2; this version of Opsin reads 1\)"):
        unbundle(tmp_path / "odd")


@pytest.mark.parametrize(("size", "kind"), [(5 << 20, zipfile.ZIP_STORED), (10, zipfile.ZIP_DEFLATED)])
def test_a_manifest_that_is_too_large_or_may_swell_is_refused(size, kind, tmp_path):
    with zipfile.ZipFile(tmp_path / "odd", "w", kind) as archive:
        archive.writestr("manifest.json", " " * size)
    with refused(tmp_path / "odd", r"its manifest\.json cannot be read \(it is too large, compressed or encrypted\)"):
        unbundle(tmp_path / "odd")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "../spot"},
        {"name": ".lock"},
        {"name": "a/b"},
        {"name": "a\\b"},
        {"name": "C:x"},
        {"name": ""},
        {"name": 1},
        {"sha256": "../" * 22},
        {"sha256": "A" * 64},
        {"size_bytes": "4"},
        {"size_bytes": None},
    ],
    ids=str,
)
def test_a_manifest_of_anything_but_plain_files_is_refused(changes, written, spot, tmp_path):
    odd = written([(spot, b"spot")], **changes)
    before = sorted(tmp_path.rglob("*"))
    with refused(odd, r"its manifest\.json cannot be read"):
        unbundle(odd)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("extra", ["../escaped", "/escaped", "files/more", "manifest.json"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_the_manifest_does_not_name_is_refused(extra, written, spot, tmp_path):
    odd = written([(spot, b"spot"), (extra, b'{"format": 1, "models": [], "files": []}')])
    with refused(odd, ""):
        unbundle(odd)
    assert not cache_folder().exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(written, spot):
    odd = written([(spot, b"spot"), (spot, b"spot")])
    with refused(odd, r"it has 2 files, and its manifest\.json names 1"):
        unbundle(odd)


def test_a_member_that_is_missing_is_refused(written):
    odd = written([])
    with refused(odd, r"it has 0 files, and its manifest\.json names 1"):
        unbundle(odd)


def test_a_member_of_another_length_than_promised_is_refused(written, spot):
    odd = written([(spot, b"spots")])
    with refused(odd, r"'files/.+-spot\.onnx' is not what its manifest\.json says"):
        unbundle(odd)


def test_a_member_of_other_bytes_than_promised_is_refused_and_nothing_stays(written, spot):
    odd = written([(spot, b"spit")])
    with refused(odd, r"spot\.onnx must be 4 bytes with sha256 .+ what came is 4 bytes"):
        unbundle(odd)
    assert [file.name for file in cache_folder().iterdir()] == [".lock"]


def test_a_compressed_member_is_refused(written, spot):
    odd = written([])
    with zipfile.ZipFile(odd, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(spot, b"spot")
    with refused(odd, r"'files/.+-spot\.onnx' is not what its manifest\.json says"):
        unbundle(odd)


def test_an_encrypted_member_is_refused(written, spot):
    odd = written([])
    with zipfile.ZipFile(odd, "a") as archive:
        archive.writestr(spot, b"spot")
        archive.infolist()[-1].flag_bits |= 1
    with refused(odd, r"'files/.+-spot\.onnx' is not what its manifest\.json says"):
        unbundle(odd)


def test_a_link_becomes_no_link(written, spot, asset_of, tmp_path):
    (tmp_path / "secret").write_text("secret")
    link = zipfile.ZipInfo(spot)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    odd = written([(link, b"spot")])
    with refused(odd, r"'files/.+-spot\.onnx' is not what its manifest\.json says"):
        unbundle(odd)
    assert not have(asset_of(b"spot"))


def test_members_that_share_their_bytes_are_refused(tmp_path, asset_of):
    content = b"s" * 5000
    assets = [asset_of(content, f"{name}.onnx") for name in "abcd"]
    entries = [{"name": asset.name, "sha256": asset.sha256, "size_bytes": 5000} for asset in assets]
    with zipfile.ZipFile(tmp_path / "odd", "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": 1, "models": [], "files": entries}))
        for asset in assets:
            archive.writestr(f"files/{path_of(asset).name}", content if asset is assets[0] else b"")
            info = archive.infolist()[-1]
            info.file_size = info.compress_size = 5000
    with refused(tmp_path / "odd", "its files are larger than itself"):
        unbundle(tmp_path / "odd")


def test_a_disk_without_room_is_one_line(path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(OpsinError, match=r"^There is no room left on the disk that holds .+ Make some, or choose"):
        unbundle(path)
    assert not cache_folder().exists()
