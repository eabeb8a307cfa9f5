import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.models._beams import Grammar, Sentence, _highest, log_softmax, search

END, START, A, WITH, DOG, CAT = 0, 1, 2, 3, 4, 5
WORDS = 6


def grammar(longest=6, **more):
    return Grammar(
        START, END, **{"barred": frozenset({START}), "open": frozenset({A, WITH}), "longest": longest, **more}
    )


def table(seed, longest=12):
    """A network whose scores depend on the last word and the place alone: so all sentences can be tried."""
    logits = np.random.default_rng(seed).normal(size=(longest, WORDS, WORDS)) * 2

    def step(last, place, told):
        return logits[place[0]][last], (np.zeros((len(last), 1)),)

    return step, logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)


def worth_of_all(logs, rules, power):
    """Every sentence that the grammar allows, with its worth, by trying all."""
    found = {}
    for length in range(1, rules.longest):
        for words in itertools.product([A, WITH, DOG, CAT], repeat=length):
            if words[-1] in rules.open or any(one == other for one, other in itertools.pairwise(words)):
                continue
            grams = [words[at : at + rules.gram] for at in range(length - rules.gram + 1)]
            if len(set(grams)) < len(grams):
                continue
            line = (START, *words, END)
            total = sum(logs[at, line[at], line[at + 1]] for at in range(length + 1))
            found[words] = total / (length + 1) ** power
    return found


@given(st.integers(0, 10_000))
def test_with_many_beams_the_best_of_all_sentences_is_found(seed):
    step, logs = table(seed)
    rules = grammar(longest=5)
    (found,) = search(step, 1, rules, beams=300, power=0.0)
    assert found[0].worth(0.0) == pytest.approx(max(worth_of_all(logs, rules, 0.0).values()))


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_no_sentence_ends_with_a_word_that_waits_for_another(seed, beams):
    step, _ = table(seed)
    for each in search(step, 1, grammar(), beams)[0]:
        assert len(each.words) == 1 or each.words[-1] not in (A, WITH)


@given(st.integers(0, 10_000))
def test_no_three_words_come_twice(seed):
    step, _ = table(seed)
    for each in search(step, 1, grammar(longest=12), 3)[0]:
        grams = [each.words[at : at + 3] for at in range(len(each.words) - 2)]
        assert len(set(grams)) == len(grams)


@given(st.integers(0, 10_000))
def test_sentences_come_best_first(seed):
    step, _ = table(seed)
    worths = [each.worth(0.7) for each in search(step, 1, grammar(), 4)[0]]
    assert worths == sorted(worths, reverse=True)


def test_pictures_side_by_side_get_what_each_gets_alone():
    first, second = table(1), table(2)

    def both(last, place, told):
        half = len(last) // 2
        pair = [one[0](part, place[:half], None) for one, part in ((first, last[:half]), (second, last[half:]))]
        return np.concatenate([logits for logits, _ in pair]), ()

    together = search(both, 2, grammar(), 3)
    assert together == [search(each[0], 1, grammar(), 3)[0] for each in (first, second)]


def test_a_sentence_goes_on_from_what_its_own_words_told():
    logits, seen = np.random.default_rng(5).normal(size=(WORDS, WORDS)), []

    def step(last, place, told):
        before = np.zeros((len(last), 0), int) if told is None else told[0]
        seen.append(np.column_stack([before, last]))
        return logits[last], (seen[-1],)

    (found,) = search(step, 1, grammar(longest=5), 3)
    lines = {tuple(line) for some in seen for line in some}
    assert all((START, *each.words) in lines for each in found)


def test_logarithms_of_scores_are_those_of_a_sum_of_exponentials():
    logits = np.random.default_rng(0).normal(size=(4, 30)) * 300
    wanted = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    np.testing.assert_allclose(log_softmax(logits), wanted, atol=1e-9)


@given(st.lists(st.integers(-3, 3), min_size=6, max_size=30))
def test_the_highest_come_first_and_of_those_that_are_alike_the_first(numbers):
    sums = np.array(numbers, float)
    assert _highest(sums, 5).tolist() == np.argsort(-sums, kind="stable")[:5].tolist()
    assert sums.tolist() == numbers


def test_words_that_are_none_are_never_said():
    step, _ = table(3)
    said = {word for each in search(step, 1, grammar(barred=frozenset({START, CAT})), 4)[0] for word in each.words}
    assert CAT not in said


def test_a_sentence_that_finds_no_end_is_cut_after_a_word_that_may_be_its_last():
    def never(last, place, told):
        logits = np.full((len(last), WORDS), -50.0)
        logits[:, [DOG, WITH][place[0] % 2]] = 50.0
        return logits, ()

    (found,) = search(never, 1, grammar(longest=4, gram=9), 1)
    assert found[0].words[-1] == DOG


def test_the_worth_of_a_long_sentence_is_divided_by_its_length():
    assert Sentence((A, DOG), (-1.0, -1.0, -1.0)).worth(1.0) == -1.0


def test_a_sentence_is_as_sure_as_its_words_are_on_average():
    assert Sentence((DOG,), (-1.0, -3.0)).sureness == -2.0
