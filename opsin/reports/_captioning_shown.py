"""Which pictures a captioner's report shows, and what stands under them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import check_image
from opsin.reports import _page
from opsin.reports._captioning_judged import JudgedCaptions, first

BESIDE = 3
"""Captions of people that stand under a picture."""


def best(judged: JudgedCaptions, count: int) -> list[int]:
    """The pictures with the highest CIDEr-D, from the highest."""
    return _numbers(_by_cider(judged)[::-1][:count])


def middling(judged: JudgedCaptions, count: int) -> list[int]:
    """The pictures around the median CIDEr-D, from the highest."""
    begin = max(0, (len(judged.cider_d) - count) // 2)
    return _numbers(_by_cider(judged)[::-1][begin : begin + count])


def worst(judged: JudgedCaptions, count: int) -> list[int]:
    """The pictures with the lowest CIDEr-D, from the lowest; of equal ones the surest first."""
    return _numbers(_by_cider(judged)[:count])


def surest_mistakes(judged: JudgedCaptions) -> list[int]:
    """The pictures where the model is sure and people do not agree, from the highest score."""
    order = np.argsort(-judged.scores, kind="stable")
    return _numbers([index for index in order if judged.is_sure[index] and not judged.agrees[index]])


def least_sure(judged: JudgedCaptions, count: int) -> list[int]:
    """The pictures with the lowest scores, from the lowest."""
    return _numbers(np.argsort(judged.scores, kind="stable")[:count])


def shown(judged: JudgedCaptions, chosen: Sequence[int]) -> str:
    """Those pictures, each with what the model says above what people say."""
    pictures = judged.answers.data.pictures
    found = (
        _page.picture(check_image(pictures[index]), pictures.name(index), lines(judged, index)) for index in chosen
    )
    return _page.pictures(found, wide=True)


def lines(judged: JudgedCaptions, index: int) -> list[tuple[str, str]]:
    """What stands under a picture: green what people agree with."""
    answer, style = judged.each[index], "right" if judged.agrees[index] else "wrong"
    figures = f"score {judged.scores[index]:.2f}, CIDEr-D {judged.cider_d[index]:.2f}"
    return [
        (style, first(answer)),
        ("", figures if answer.sure else f"{figures}: not said"),
        *(("plain", f"“{text.rstrip(' .')}”") for text in judged.texts(index)[:BESIDE]),
    ]


def _by_cider(judged: JudgedCaptions) -> NDArray[np.intp]:
    """From the lowest; of equal ones the surest first."""
    return np.lexsort((-judged.scores, judged.cider_d))


def _numbers(chosen: Sequence[int] | NDArray[np.intp]) -> list[int]:
    return [int(index) for index in chosen]
