"""The figures of a captioner, as plain values by name; `MEANINGS` says what each is."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.calibration import ece, ece_band, reliability
from opsin.metrics.captions.bleu import bleu
from opsin.metrics.captions.cider import cider_d
from opsin.metrics.captions.intervals import bootstrap_captions
from opsin.metrics.captions.rouge import rouge_l
from opsin.metrics.captions.variety import variety
from opsin.metrics.coverage import halves, kept_means
from opsin.metrics.overlap_cases import over_cases
from opsin.reports._captioning_judged import JudgedCaptions, first
from opsin.reports._report import Figures
from opsin.reports._slices import slices_by
from opsin.tasks.captioning import AGREES

SAMPLES, SEED, LEVEL = 1000, 0, 0.95

COMMONEST = 10
"""Captions that were given most often, in metrics.json."""

TENTHS = tuple(range(10, 101, 10))
"""Shares of the captions that are kept, in per cent."""

MEANINGS = {
    "model": "What was judged.",
    "data": "On which pictures.",
    "pictures": "How many pictures were judged.",
    "references": "How many captions of people each picture has, on average.",
    "cider_d": "How much captions say of what people agree on, rare words counting more than common ones; 0 to 10. How "
    "rare words are is counted over these very pictures; so figures of other data, or of few pictures, are no measure.",
    "bleu_1": "Share of the words that stand in people's captions, less where captions are short.",
    "bleu_2": "The same with runs of one and two words.",
    "bleu_3": "The same with runs of one to three words.",
    "bleu_4": "The same with runs of one to four words.",
    "rouge_l": "How long the longest run of words is that a caption shares with people's, gaps allowed; 0 to 1.",
    "intervals": "Between which values these lie in 95 % of 1,000 samples of the pictures (bootstrap).",
    "people": "What people's own first captions reach beside their other ones, which are one fewer than the model is "
    "judged by; over the pictures that have several.",
    "variety": "Of the captions: the share that are distinct, words and their spread, the share that repeat a run of "
    "three or more words, how many different words there are in all; of the same of people's first captions "
    "in `people`.",
    "commonest": "The captions that several pictures were given, the most often given first.",
    "agreement": f"People are said to agree with a caption whose CIDEr-D is at least `from`, {AGREES:g}: the share of "
    "such captions, and what the model expects (the mean of its scores).",
    "sure": "Below the score `reject_below` a caption is not said: the share that is said, and of those and of the "
    "others mean CIDEr-D and the share that people agree with.",
    "ece": "Expected calibration error: how far scores and shares of captions that people agree with lie apart, over "
    "15 ranges of scores.",
    "ece_band": "Between which values the error of a perfectly calibrated model with these scores lies, 95 % of times.",
    "reliability": "For each range of scores with captions in it: pictures, mean score, and the share that people "
    "agree with.",
    "halves": "Mean CIDEr-D of the half of the captions with the highest scores, of the other half, and how many times "
    "as high the first is.",
    "kept": "Mean CIDEr-D when only so many per cent of the captions are kept, the surest.",
    "each": "CIDEr-D of each picture, in the order of predictions.csv.",
    "slices": "For each column and each of its values: pictures, mean CIDEr-D with its 95 % interval (bootstrap), and "
    "the share that is said.",
    "notes": "What a reader should know first.",
}
"""What each name in metrics.json means."""


def captioning_figures(judged: JudgedCaptions, slices: Sequence[str]) -> Figures:
    """All figures.

    Raises:
        UnknownNameError: when the data has no such column to slice by.
    """
    answers = judged.answers
    return {
        "model": answers.card.name,
        "data": answers.data.name,
        "pictures": len(answers.data),
        "references": float(np.mean([len(each) for each in judged.known])),
        **_agreed(judged),
        "people": _people(judged),
        "variety": dataclasses.asdict(variety(judged.said)),
        "commonest": _commonest(judged),
        **_trust(judged),
        "each": [round(float(value), 6) for value in judged.cider_d],
        "slices": _slices(judged, slices),
        "notes": list(answers.notes),
    }


def _agreed(judged: JudgedCaptions) -> dict[str, Any]:
    """How near captions come to what people say."""
    said, known = judged.said, judged.known
    return {
        "cider_d": float(judged.cider_d.mean()),
        **{f"bleu_{n}": float(value) for n, value in enumerate(bleu(said, known), start=1)},
        "rouge_l": rouge_l(said, known),
        "intervals": bootstrap_captions(said, known, samples=SAMPLES, seed=SEED, level=LEVEL),
    }


def _people(judged: JudgedCaptions) -> dict[str, Any] | None:
    """How near people come to one another; None where no picture has two captions."""
    several = [each for each in judged.known if len(each) > 1]
    if not several:
        return None
    said, known = [each[0] for each in several], [each[1:] for each in several]
    return {"pictures": len(several), "cider_d": cider_d(said, known), **dataclasses.asdict(variety(said))}


def _commonest(judged: JudgedCaptions) -> list[dict[str, Any]]:
    counted = Counter(first(each) for each in judged.each).most_common(COMMONEST)
    return [{"caption": caption, "pictures": times} for caption, times in counted if times > 1]


def _trust(judged: JudgedCaptions) -> dict[str, Any]:
    """Whether the scores can be believed."""
    scores, truth = judged.as_answers()
    found = halves(judged.cider_d, judged.scores)
    means = kept_means(judged.cider_d, judged.scores)
    return {
        "agreement": {"from": AGREES, "share": float(judged.agrees.mean()), "expected": float(judged.scores.mean())},
        "sure": _sure(judged),
        "ece": ece(scores, truth),
        "ece_band": ece_band(scores, samples=SAMPLES, seed=SEED, level=LEVEL),
        "reliability": _reliability(judged),
        "halves": None if found is None else {**found._asdict(), "ratio": found.ratio},
        "kept": {f"{share}%": float(means[max(0, round(share / 100 * len(means)) - 1)]) for share in TENTHS},
    }


def _sure(judged: JudgedCaptions) -> dict[str, Any]:
    is_sure = judged.is_sure
    return {
        "reject_below": judged.answers.card.reject_below,
        "share": float(is_sure.mean()),
        "said": _part(judged, is_sure),
        "others": _part(judged, ~is_sure),
    }


def _part(judged: JudgedCaptions, inside: NDArray[np.bool_]) -> dict[str, Any]:
    """Some of the captions; there may be none."""
    if not inside.any():
        return {"pictures": 0, "cider_d": None, "agrees": None}
    cider, agrees = float(judged.cider_d[inside].mean()), float(judged.agrees[inside].mean())
    return {"pictures": int(inside.sum()), "cider_d": cider, "agrees": agrees}


def _reliability(judged: JudgedCaptions) -> list[dict[str, Any]]:
    found = reliability(*judged.as_answers())
    edges = np.linspace(0, 1, len(found.score) + 1).round(4)
    return [
        {
            "from": float(edges[at]),
            "to": float(edges[at + 1]),
            "pictures": int(found.pictures[at]),
            "score": float(found.score[at]),
            "agrees": float(found.right[at]),
        }
        for at in np.flatnonzero(found.pictures)
    ]


def _slices(judged: JudgedCaptions, columns: Sequence[str]) -> dict[str, Any]:
    return {
        column: {name: _slice(judged, inside) for name, inside in parts.items()}
        for column, parts in slices_by(judged.answers, columns).items()
    }


def _slice(judged: JudgedCaptions, inside: NDArray[np.bool_]) -> dict[str, Any]:
    """The figures of some of the pictures."""
    found = over_cases(judged.cider_d[inside], samples=SAMPLES, seed=SEED, level=LEVEL)
    told = {"cider_d": None, "interval": None} if found is None else {"cider_d": found.mean, "interval": found.interval}
    return {"pictures": int(inside.sum()), **told, "sure": float(judged.is_sure[inside].mean())}
