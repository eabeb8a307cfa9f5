"""A run's folder."""

import json

import pytest

from opsin.core.errors import RunError
from opsin.engine.run import Run, begin


def test_a_run_begins_with_its_facts(tmp_path):
    run = begin(tmp_path, None, "mnist-tutorial", {"status": "running"})
    assert run.folder == tmp_path / "mnist-tutorial"
    assert run.facts == {"status": "running"}


def test_a_run_is_named_by_a_text_too(tmp_path):
    assert Run(str(tmp_path)).folder == tmp_path


def test_nothing_else_is_left_in_the_folder_of_runs(tmp_path):
    begin(tmp_path, "first", "stem", {})
    with pytest.raises(RunError):
        begin(tmp_path, "first", "stem", {})
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_runs_without_a_name_are_numbered(tmp_path):
    assert [begin(tmp_path, None, "a", {}).folder.name for _ in range(3)] == ["a", "a-2", "a-3"]


def test_a_name_that_is_taken_is_refused_with_what_to_do(tmp_path):
    begin(tmp_path, "mine", "stem", {})
    with pytest.raises(RunError, match=r"mine exists\. Give another --name, or go on with it: opsin train --resume"):
        begin(tmp_path, "mine", "stem", {})


def test_an_empty_folder_of_that_name_is_somebodys_too(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(RunError, match="mine exists"):
        begin(tmp_path, "mine", "stem", {})


@pytest.mark.parametrize("name", ["../outside", "a/b", "..", "."])
def test_a_name_cannot_leave_the_folder_of_runs(tmp_path, name):
    with pytest.raises(RunError, match="one name without folders"):
        begin(tmp_path, name, "stem", {})


def test_the_history_comes_back_with_gaps_where_nothing_was_judged(tmp_path):
    rows = [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25, "val_loss": 0.3}]
    run = begin(tmp_path, "a", "a", {})
    run.write_history(rows)
    assert run.history == rows


def test_facts_are_added_to_those_that_are_there(tmp_path):
    run = begin(tmp_path, "a", "a", {"seed": 0, "status": "running"})
    run.write_facts(status="finished")
    assert json.loads((run.folder / "run.json").read_text()) == {"seed": 0, "status": "finished"}


@pytest.mark.parametrize("content", [None, "", "[]"])
def test_a_folder_that_is_no_run_is_one_clear_line(tmp_path, content):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(RunError, match=r"is no run of opsin train"):
        _ = Run(tmp_path).facts
