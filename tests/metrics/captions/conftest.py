"""COCO's own evaluation of captions, as the oracle; and captions to try, made up and real."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from opsin.metrics.captions.tokens import tokens

RECORDED = Path(__file__).parent / "coco_figures.json"
FLICKR8K = Path(__file__).parents[3] / "../shared/data/flickr8k/captions.json"


SEEDS = range(20)


def made_up(seed, num_pictures=7):
    """Candidates and references from few words, so that runs of words meet; some captions are of one word."""
    random = np.random.default_rng(seed)

    def caption():
        words = random.choice(["a", "dog", "runs", "on", "the", "grass"], random.integers(1, 10))
        return tuple(words.tolist())

    references = [[caption() for _ in range(random.integers(1, 6))] for _ in range(num_pictures)]
    return [caption() for _ in references], references


@pytest.fixture(scope="session")
def random_corpus():
    """Makes candidates and references from a seed."""
    return made_up


def real():
    """One caption of each of 300 photos, and the four others."""
    photos = [each for each in json.loads(FLICKR8K.read_text()) if each["split"] == "dev"][:300]
    captions = [[tokens(text) for text in each["captions"]] for each in photos]
    return [each[0] for each in captions], [each[1:] for each in captions]


@pytest.fixture(scope="session")
def real_corpus():
    """Captions of photographs."""
    if not FLICKR8K.exists():
        pytest.skip("the captions of Flickr8k are not at ../shared/data/flickr8k")
    return real()


def live_figures(candidates, references):
    """pycocoevalcap's figures: {"bleu": (of all, of each), "rouge_l": …, "cider_d": …}."""
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.rouge.rouge import Rouge

    truth = {index: [" ".join(words) for words in known] for index, known in enumerate(references)}
    said = {index: [" ".join(words)] for index, words in enumerate(candidates)}
    of_all, of_each = Bleu(4).compute_score(truth, said, verbose=0)
    return {
        "bleu": (np.array(of_all), np.array(of_each).T),
        "rouge_l": Rouge().compute_score(truth, said),
        "cider_d": Cider().compute_score(truth, said),
    }


@pytest.fixture(scope="session")
def coco_caption_figures():
    """What pycocoevalcap 1.2 said of the same words, by the name of the corpus: it is a wheel of 104 MB, so its answers
    are kept. `python -m tests.metrics.captions.record` writes them anew."""
    return json.loads(RECORDED.read_text())


@pytest.fixture(scope="session")
def live_caption_figures():
    """pycocoevalcap itself."""
    pytest.importorskip("pycocoevalcap", reason="pycocoevalcap is not installed: pip install pycocoevalcap")
    return live_figures
