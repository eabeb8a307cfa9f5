import importlib
import warnings
from importlib import metadata

import pytest

from opsin.core import registry
from opsin.core.errors import UnknownNameError, UsageError
from opsin.core.registry import Registry, import_members, load_plugins


@pytest.fixture
def colours() -> Registry[str]:
    known: Registry[str] = Registry("colour")
    known.add("red", "#f00")
    known.add("blue", "#00f")
    return known


@pytest.fixture
def plugins(monkeypatch, tmp_path):
    """Makes entry points out of names and module texts; forgets them afterwards."""

    def install(**modules: str) -> None:
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        points = [metadata.EntryPoint(name, name, registry.PLUGINS) for name in modules]
        monkeypatch.setattr(metadata, "entry_points", lambda group: points)
        monkeypatch.syspath_prepend(tmp_path)
        load_plugins.cache_clear()

    yield install
    load_plugins.cache_clear()


def test_members_are_found_by_name(colours):
    assert colours.get("red") == "#f00"


def test_names_come_in_order_of_the_alphabet(colours):
    assert colours.names() == ("blue", "red")


def test_members_come_in_the_order_of_their_names(colours):
    assert list(colours) == ["#00f", "#f00"]


def test_an_unknown_name_offers_the_nearest(colours):
    with pytest.raises(UnknownNameError, match=r"There is no colour called 'rde'\. Did you mean 'red'"):
        colours.get("rde")


def test_a_name_is_taken_once(colours):
    with pytest.raises(UsageError, match="There are two colours called 'red'; the second one needs another name"):
        colours.add("red", "#f01")


def test_the_same_member_may_be_added_again(colours):
    colours.add("red", "#f00")
    assert len(colours.names()) == 2


def test_a_new_file_in_the_package_is_found_without_an_edit_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo" / "__init__.py").write_text(
        "from opsin.core.registry import Registry\nANIMALS = Registry('animal', 'zoo')"
    )
    (tmp_path / "zoo" / "lion.py").write_text("from zoo import ANIMALS\nANIMALS.add('lion', 'roars')")
    (tmp_path / "zoo" / "_keeper.py").write_text("raise RuntimeError('private modules are not imported')")
    monkeypatch.syspath_prepend(tmp_path)
    import_members.cache_clear()
    assert importlib.import_module("zoo").ANIMALS.names() == ("lion",)


def test_a_plugin_adds_what_it_has(plugins, colours):
    plugins(good_plugin="import good_target\ngood_target.add()", good_target="def add(): added.append(1)\nadded = []")
    colours.names()
    assert importlib.import_module("good_target").added == [1]


@pytest.mark.parametrize(
    "text", ["raise RuntimeError('no luck')", "import no_such_module_anywhere", "this is no python"]
)
def test_a_broken_plugin_is_skipped_with_a_warning(plugins, colours, text):
    plugins(broken_plugin=text)
    with pytest.warns(UserWarning, match="The plugin 'broken_plugin' was skipped: "):
        assert "red" in colours.names()


def test_a_broken_plugin_is_reported_once(plugins, colours):
    plugins(broken_plugin="raise RuntimeError('no luck')")
    with pytest.warns(UserWarning, match="no luck"):
        colours.names()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        colours.names()
