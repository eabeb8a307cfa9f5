import pytest

from opsin.core.errors import OptionError, RefusedError
from opsin.weights.card import Card
from opsin.weights.licences import PERMISSIVE, Policy, check_licence, not_allowed, read_policy

ALLOWED = [
    "MIT",
    "mit",
    "Apache-2.0+",
    "Apache-2.0 AND BSD-3-Clause",
    "GPL-3.0-only OR MIT",
    "(GPL-3.0-only OR MIT) AND ISC",
    "MIT OR GPL-3.0-only AND CC-BY-NC-4.0",
    "Apache-2.0 WITH LLVM-exception",
    "((MIT))",
]
NO_EXPRESSION = [
    "",
    "research only",
    "MIT AND",
    "AND MIT",
    "(MIT",
    "MIT)",
    "MIT WITH",
    "MIT, ISC",
    "MIT,",
    "()",
    "MIT MIT",
]


@pytest.mark.parametrize("expression", [*ALLOWED, *sorted(PERMISSIVE)])
def test_permissive_expressions_are_allowed(expression):
    assert not_allowed(expression) == set()


@pytest.mark.parametrize(
    ("expression", "refused"),
    [
        ("GPL-3.0-only", {"GPL-3.0-only"}),
        ("MIT AND GPL-3.0-only", {"GPL-3.0-only"}),
        ("AGPL-3.0-only AND CC-BY-NC-4.0", {"AGPL-3.0-only", "CC-BY-NC-4.0"}),
        ("AGPL-3.0-only AND CC-BY-NC-4.0 OR GPL-2.0-only", {"GPL-2.0-only"}),
        ("(GPL-3.0-only OR MIT) AND CC-BY-NC-4.0", {"CC-BY-NC-4.0"}),
        ("GPL-3.0-only WITH GCC-exception-3.1", {"GPL-3.0-only"}),
        ("CC-BY-NC-4.0", {"CC-BY-NC-4.0"}),
        ("LicenseRef-MIT", {"LicenseRef-MIT"}),
    ],
)
def test_other_licences_are_named(expression, refused):
    assert not_allowed(expression) == refused


@pytest.mark.parametrize("expression", NO_EXPRESSION)
def test_what_is_no_expression_is_refused_whole(expression):
    assert not_allowed(expression) == {expression}


def test_what_is_accepted_is_allowed_in_any_case():
    assert not_allowed("MIT AND CC-BY-NC-4.0", frozenset({"cc-by-nc-4.0"})) == set()


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        ("", Policy()),
        ("permissive", Policy()),
        ("strict", Policy(is_strict=True)),
        ("CC-BY-NC-4.0", Policy(accepted=frozenset({"CC-BY-NC-4.0"}))),
        (" strict , CC-BY-NC-4.0,", Policy(True, frozenset({"CC-BY-NC-4.0"}))),
    ],
)
def test_the_policy_is_what_the_environment_says(said, policy, monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", said)
    assert read_policy() == policy


def test_the_policy_is_permissive_when_nothing_is_said():
    assert read_policy() == Policy()


@pytest.mark.parametrize("word", ["strct", "any thing"])
def test_a_word_that_is_no_licence_is_refused(word, monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", f"permissive,{word}")
    message = f"^OPSIN_LICENCES has '{word}', which is neither permissive nor strict nor an SPDX identifier. Write it"
    with pytest.raises(OptionError, match=message):
        read_policy()


def test_a_permissive_card_is_allowed(card_of):
    check_licence(card_of(licence="Apache-2.0"))


def test_another_card_is_refused_with_the_way_to_accept_it(card_of):
    with pytest.raises(RefusedError) as caught:
        check_licence(card_of(licence="CC-BY-NC-4.0"))
    assert str(caught.value) == (
        "spot.none: the licence of its weights is CC-BY-NC-4.0, which is not permissive. "
        "If it suits your use, accept it with OPSIN_LICENCES=permissive,CC-BY-NC-4.0"
    )


def test_the_way_to_accept_it_works_and_keeps_what_was_said(card_of, monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", "strict,GPL-3.0-only")
    with pytest.raises(RefusedError) as caught:
        check_licence(card_of(licence="MIT AND CC-BY-NC-4.0"))
    way = str(caught.value).rpartition("OPSIN_LICENCES=")[2]
    assert way == "strict,CC-BY-NC-4.0,GPL-3.0-only"
    monkeypatch.setenv("OPSIN_LICENCES", way)
    check_licence(card_of(licence="MIT AND CC-BY-NC-4.0"))


def test_terms_of_the_data_do_not_count_by_default(card_of):
    check_licence(card_of(trained_on="ImageNet-1k", data_terms="research only"))


@pytest.mark.parametrize(
    ("terms", "told"), [("research only", "research only"), ("", "unknown"), ("MIT AND", "MIT AND")]
)
def test_terms_of_the_data_that_are_not_permissive_are_refused_when_strict(terms, told, card_of):
    message = (
        rf"^spot\.none: it was trained on ImageNet-1k, whose terms \({told}\) are not permissive, "
        r"and OPSIN_LICENCES is strict\. If they suit your use, set OPSIN_LICENCES=permissive$"
    )
    with pytest.raises(RefusedError, match=message):
        check_licence(card_of(trained_on="ImageNet-1k", data_terms=terms), Policy(is_strict=True))


def test_permissive_terms_of_the_data_pass_when_strict(card_of):
    check_licence(card_of(trained_on="spots", data_terms="CC0-1.0"), Policy(is_strict=True))


def test_a_card_that_was_trained_on_nothing_passes_when_strict(card_of):
    check_licence(card_of(), Policy(is_strict=True))


@pytest.mark.parametrize("policy", [Policy(), Policy(is_strict=True)])
def test_a_network_taught_here_from_nothing_is_its_owners(policy):
    own = Card(name="shoes", task="classification", summary="", licence="", trained_on="my photos")
    check_licence(own, policy)


def test_files_without_a_licence_are_refused(card_of):
    with pytest.raises(RefusedError, match="the licence of its weights is unknown, which is not permissive"):
        check_licence(card_of(licence="", network=b"bytes"))
