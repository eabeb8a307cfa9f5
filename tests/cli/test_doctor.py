import json
import sys
from importlib import metadata

import pytest

import opsin as package
from opsin.cli import _doctor
from opsin.engine.stream import cores
from opsin.store.home import home

FACTS = [
    *("opsin", "python", "system", "packages", "cores", "instruction sets", "devices", "ffmpeg", "cache"),
    *("cache free", "weights here", "offline", "licences"),
]


@pytest.fixture
def facts(opsin):
    return json.loads(opsin("doctor", "--json").out)


def test_it_tells_these_facts(facts):
    assert list(facts) == FACTS


def test_it_tells_the_versions(facts):
    assert facts["opsin"] == package.__version__
    assert sys.executable in facts["python"]
    assert f"numpy {metadata.version('numpy')}" in facts["packages"]


def test_a_package_that_is_missing_is_said_to_be(monkeypatch):
    monkeypatch.setattr(_doctor, "PACKAGES", ("no-such-package-anywhere",))
    monkeypatch.setattr(_doctor.metadata, "version", raising(metadata.PackageNotFoundError("x")))
    assert _doctor._version("no-such-package-anywhere") == "not installed"


def raising(error):
    def raised(*given):
        raise error

    return raised


def test_it_tells_where_things_are_kept(facts):
    assert facts["cache"] == str(home())
    assert facts["cache free"].endswith(" GB")


def test_it_tells_the_machine(facts):
    assert facts["cores"] == cores()
    assert facts["instruction sets"]
    assert any(device.startswith("CPU (") for device in facts["devices"])


def test_it_tells_the_settings(opsin, monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", "strict")
    facts = json.loads(opsin("doctor", "--json").out)
    assert (facts["offline"], facts["licences"], facts["weights here"]) == (True, "strict", [])


def test_without_ffmpeg_it_says_what_that_means(opsin, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert json.loads(opsin("doctor", "--json").out)["ffmpeg"] == "none: videos are written without sound"


def test_for_a_person_it_is_a_table(opsin):
    ended = opsin("doctor")
    assert ended.code == 0
    assert all(fact in ended.out for fact in FACTS)


def test_it_works_where_the_package_is_not_installed(opsin, monkeypatch):
    real = metadata.version

    def version(name):
        if name == "opsin":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    assert opsin("doctor").code == 0
