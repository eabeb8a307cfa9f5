import pytest

from opsin.core.errors import RefusedError
from opsin.models._imagenet import check_terms, read_labels


@pytest.fixture
def labels(tmp_path):
    """What is read of a file with these lines."""

    def read(*lines):
        path = tmp_path / "labels.txt"
        path.write_text("\n".join(f"{number} {line}" for number, line in enumerate(lines)), encoding="utf-8")
        return read_labels(path)

    return read


def test_a_label_is_the_first_of_its_names(labels):
    assert labels("tench, Tinca tinca", "goldfish, Carassius auratus") == ("tench", "goldfish")


def test_of_two_with_one_first_name_the_second_keeps_all_its_names(labels):
    assert labels("maillot", "maillot, tank suit") == ("maillot", "maillot, tank suit")


def test_of_two_with_no_other_name_the_second_is_the_machine(labels):
    assert labels("crane", "crane") == ("crane", "crane, machine")


def test_the_terms_of_the_pictures_count_under_the_strict_policy(monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", "strict")
    with pytest.raises(RefusedError, match=r"small with ImageNet weights: .* \(research only\) are not permissive"):
        check_terms("small", "MIT")


def test_the_licence_of_the_weights_counts_under_any_policy(monkeypatch):
    monkeypatch.delenv("OPSIN_LICENCES", raising=False)
    check_terms("small", "MIT")
    with pytest.raises(RefusedError, match=r"the licence of its weights is CC-BY-NC-4.0, which is not permissive"):
        check_terms("small", "CC-BY-NC-4.0")
