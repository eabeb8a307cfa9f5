"""Measured thresholds in a file."""

import json

import pytest

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError, SourceError, UsageError
from opsin.uses._acceptance_file import check_own, load_acceptance

MEASURED = Acceptance((1e-3, 1e-2), (0.4, 0.3), impostors=100_000, measured_on="ours")
NONE = pytest.mark.parametrize("text", ["{", "[]", "3", "{}", '{"rates": 3}', '{"rates": [1, 2]}', "[" * 100_000])


@pytest.fixture
def path(tmp_path):
    (tmp_path / "t.json").write_text(json.dumps({"model": "yunet_sface", **MEASURED.to_dict()}))
    return tmp_path / "t.json"


def test_thresholds_are_those_that_were_measured(path):
    assert load_acceptance(path) == load_acceptance(path, model="yunet_sface") == MEASURED


def test_those_of_another_model_are_refused_with_the_way_to_measure_again(path):
    with pytest.raises(InputError, match=r"with yunet_sface, not with other, .* calibrate PAIRS\.csv --model other"):
        load_acceptance(path, model="other")


@NONE
def test_what_is_no_calibration_says_how_to_make_one(text, path):
    path.write_text(text)
    with pytest.raises(
        InputError, match=r"t\.json holds no measured thresholds\. Make them with: opsin faces calibrate"
    ):
        load_acceptance(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceError, match=r"t\.json cannot be read: No such file"):
        load_acceptance(tmp_path / "t.json")


def test_what_is_new_or_a_calibration_may_be_written(path, tmp_path):
    check_own(path)
    check_own(tmp_path / "new.json")


@NONE
def test_what_is_something_else_may_not(text, path):
    path.write_text(text)
    with pytest.raises(
        UsageError, match=r"t\.json holds something else, which would be lost\. Name a file that is new"
    ):
        check_own(path)


def test_a_folder_may_not(tmp_path):
    with pytest.raises(UsageError, match="holds something else"):
        check_own(tmp_path)
