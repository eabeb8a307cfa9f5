"""All figures beside those of COCO's own evaluation."""

import numpy as np
import pytest

from opsin.metrics.captions.bleu import bleu, bleu_each
from opsin.metrics.captions.cider import cider_d, cider_d_each
from opsin.metrics.captions.rouge import rouge_l, rouge_l_each
from tests.metrics.captions.conftest import SEEDS

FIGURES = {"bleu": (bleu, bleu_each), "rouge_l": (rouge_l, rouge_l_each), "cider_d": (cider_d, cider_d_each)}


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("seed", SEEDS)
def test_figures_of_made_up_captions_are_cocos(seed, figure, random_corpus, coco_caption_figures):
    of_all, of_each = coco_caption_figures[f"made up {seed}"][figure]
    np.testing.assert_allclose(FIGURES[figure][0](*random_corpus(seed)), of_all, atol=1e-9)
    np.testing.assert_allclose(FIGURES[figure][1](*random_corpus(seed)), of_each, atol=1e-9)


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_of_real_captions_are_cocos(figure, real_corpus, coco_caption_figures):
    of_all, of_each = coco_caption_figures["real"][figure]
    np.testing.assert_allclose(FIGURES[figure][0](*real_corpus), of_all, atol=1e-9)
    np.testing.assert_allclose(FIGURES[figure][1](*real_corpus), of_each, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("figure", FIGURES)
def test_what_was_kept_of_cocos_figures_is_what_it_says(figure, random_corpus, live_caption_figures):
    of_all, of_each = live_caption_figures(*random_corpus(99))[figure]
    np.testing.assert_allclose(FIGURES[figure][0](*random_corpus(99)), of_all, atol=1e-9)
    np.testing.assert_allclose(FIGURES[figure][1](*random_corpus(99)), of_each, atol=1e-9)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_caption_without_words_is_worth_nothing(figure):
    corpus = [(), ("a", "dog")], [[("a", "dog")], [("a", "cat")]]
    assert np.all(np.abs(FIGURES[figure][1](*corpus)[0]) < 1e-9)
