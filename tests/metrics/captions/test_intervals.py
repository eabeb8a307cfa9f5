"""Intervals of the figures of captions."""

import numpy as np
import pytest

from opsin.core.errors import InputError, OptionError
from opsin.metrics.captions.bleu import bleu
from opsin.metrics.captions.cider import cider_d_each
from opsin.metrics.captions.intervals import bootstrap_captions
from opsin.metrics.captions.rouge import rouge_l
from opsin.metrics.overlap_cases import over_cases

WORDS = ("a", "dog", "cat", "runs", "sleeps", "on", "grass", "sand", "with", "ball")


def corpus(count=40):
    random = np.random.default_rng(0)
    drawn = [[tuple(random.choice(WORDS, 6)) for _ in range(4)] for _ in range(count)]
    return [(*each[0][:4], *each[3][:2]) for each in drawn], [each[:3] for each in drawn]


def test_every_figure_lies_in_its_interval():
    said, known = corpus()
    found = bootstrap_captions(said, known)
    figures = {f"bleu_{n}": value for n, value in enumerate(bleu(said, known), start=1)}
    figures |= {"rouge_l": rouge_l(said, known), "cider_d": cider_d_each(said, known).mean()}
    assert list(found) == list(figures)
    assert all(found[name][0] < value < found[name][1] for name, value in figures.items())


def test_means_have_the_interval_that_any_mean_has():
    said, known = corpus()
    assert bootstrap_captions(said, known)["cider_d"] == pytest.approx(over_cases(cider_d_each(said, known)).interval)


def test_bleu_has_the_interval_of_drawn_corpora():
    said, known = corpus()
    random, drawn = np.random.default_rng(1), []
    for _ in range(300):
        chosen = random.integers(0, len(said), len(said))
        drawn.append(bleu([said[at] for at in chosen], [known[at] for at in chosen])[3])
    assert bootstrap_captions(said, known)["bleu_4"] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.02)


def test_of_one_picture_there_is_no_spread():
    low, high = bootstrap_captions([("a", "dog")], [[("a", "cat")]])["rouge_l"]
    assert low == high


def test_no_samples_are_refused():
    with pytest.raises(OptionError, match="samples must be at least 1; got 0"):
        bootstrap_captions(*corpus(), samples=0)


def test_captions_of_other_pictures_are_refused():
    said, known = corpus()
    with pytest.raises(InputError, match="got 39 candidates and references of 40"):
        bootstrap_captions(said[1:], known)
