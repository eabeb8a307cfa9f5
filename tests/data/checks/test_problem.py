from opsin.data.checks import KINDS


def test_kinds_have_names_of_their_own():
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_every_kind_says_why_it_matters_and_what_to_do():
    for kind in KINDS:
        assert kind.title[0].isupper()
        assert kind.why.endswith(".")
        assert len(kind.remedy) > 10


def test_leaks_come_first():
    assert [kind.is_leak for kind in KINDS] == [True] * 3 + [False] * (len(KINDS) - 3)
