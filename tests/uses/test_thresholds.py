import json

import pytest

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError, UsageError
from opsin.models import card_of
from opsin.uses._thresholds import acceptance_for

MEASURED = Acceptance((1e-3, 1e-2), (0.4, 0.3), impostors=100_000, measured_on="ours")


@pytest.fixture
def file(tmp_path):
    """What a calibration of yunet_sface has kept."""
    (tmp_path / "t.json").write_text(json.dumps(MEASURED.to_dict() | {"model": "yunet_sface"}))
    return tmp_path / "t.json"


def test_a_file_goes_before_the_card(file):
    assert acceptance_for("yunet_sface", file) == acceptance_for("yunet_sface", str(file)) == MEASURED


def test_a_file_of_another_model_is_refused(file):
    with pytest.raises(InputError, match=r"t\.json was measured with yunet_sface, not with yunet_sface_mirrored"):
        acceptance_for("yunet_sface_mirrored", file)


def test_without_a_file_those_on_the_card_hold():
    assert acceptance_for("yunet_sface", None) is card_of("yunet_sface").acceptance is not None


def test_where_nothing_was_measured_it_says_how_to_measure():
    with pytest.raises(
        UsageError, match=r"^No thresholds were measured for yunet_sface_tiny\. .*opsin faces calibrate$"
    ):
        acceptance_for("yunet_sface_tiny", None)
