from pathlib import Path

import platformdirs
import pytest

from opsin.core.errors import OptionError
from opsin.store.home import home, is_offline


def test_home_is_what_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path))
    assert home() == tmp_path


def test_home_may_begin_with_a_tilde(monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", "~/opsin")
    assert home() == Path.home() / "opsin"


@pytest.mark.parametrize("unset", [True, False])
def test_home_is_in_the_users_cache_otherwise(unset, monkeypatch):
    monkeypatch.delenv("OPSIN_HOME", raising=False) if unset else monkeypatch.setenv("OPSIN_HOME", "")
    assert home() == platformdirs.user_cache_path("opsin", appauthor=False)


def test_home_is_absolute(monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", "here")
    assert home() == Path.cwd() / "here"


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("True", True), (" on ", True), ("0", False), ("", False)])
def test_offline_is_what_the_environment_says(said, meant, monkeypatch):
    monkeypatch.setenv("OPSIN_OFFLINE", said)
    assert is_offline() is meant


def test_offline_is_off_when_nothing_is_said(monkeypatch):
    monkeypatch.delenv("OPSIN_OFFLINE", raising=False)
    assert is_offline() is False


def test_offline_that_means_nothing_is_refused(monkeypatch):
    monkeypatch.setenv("OPSIN_OFFLINE", "maybe")
    with pytest.raises(OptionError, match=r"^OPSIN_OFFLINE must be 1 \(stay offline\) or 0; got 'maybe'\.$"):
        is_offline()
