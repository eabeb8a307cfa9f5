"""How far the figures of captions could lie from what they say, because the pictures are a sample."""

from __future__ import annotations

import numpy as np

from opsin.metrics.captions._corpus import Candidates, References, refuse_unlike
from opsin.metrics.captions.bleu import bleu_counts, bleu_from_counts
from opsin.metrics.captions.cider import cider_d_each
from opsin.metrics.captions.rouge import rouge_l_each
from opsin.metrics.intervals import Interval, check_asked, percentiles


def bootstrap_captions(
    candidates: Candidates, references: References, *, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> dict[str, Interval]:
    """Intervals of "bleu_1" to "bleu_4", "rouge_l" and "cider_d", from samples of the pictures.

    Pictures are drawn with replacement. How rare a run of words is, which CIDEr-D goes by, is that of all pictures in
    every sample. Efron, Bootstrap Methods: Another Look at the Jackknife, 1979; the interval is that of the
    percentiles. Of BLEU: Koehn, Statistical Significance Tests for Machine Translation Evaluation, 2004.

    Args:
        candidates: the caption to be judged of each picture.
        references: what people wrote of each.
        samples: how many to draw.
        seed: of the random numbers.
        level: how often the interval should hold the true figure, in 0..1.

    Raises:
        InputError: when the two are not of the same pictures, a picture has no reference, or a caption is a string.
        OptionError: when `samples` is less than 1 or `level` is not between 0 and 1.

    >>> low, high = bootstrap_captions([("a", "dog")] * 2, [[("a", "dog")]] * 2)["bleu_2"]
    >>> round(low, 6), round(high, 6)
    (1.0, 1.0)
    """
    check_asked(samples, level)
    refuse_unlike(candidates, references)
    count = len(candidates)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), samples)  # (samples, n)
    figures = {
        f"bleu_{n}": column
        for n, column in enumerate(bleu_from_counts(drawn @ bleu_counts(candidates, references)).T, start=1)
    }
    for name, each in (("rouge_l", rouge_l_each), ("cider_d", cider_d_each)):
        figures[name] = drawn @ each(candidates, references) / count
    return {name: percentiles(values, level) for name, values in figures.items()}
