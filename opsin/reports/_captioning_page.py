"""The page of a captioner's report: what is said, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opsin.reports import _page
from opsin.reports._captioning_figures import MEANINGS
from opsin.reports._captioning_judged import JudgedCaptions
from opsin.reports._captioning_shown import best, least_sure, middling, shown, surest_mistakes, worst
from opsin.reports._report import Figures

EACH = 8
"""Pictures of each kind on the page."""

AGREED = (("cider_d", "CIDEr-D"), *((f"bleu_{n}", f"BLEU-{n}") for n in range(1, 5)), ("rouge_l", "ROUGE-L"))

VARIETY = {
    "distinct": "different captions",
    "mean_words": "words in a caption",
    "spread_words": "their spread (standard deviation)",
    "repeating": "repeat a run of three words or more",
    "vocabulary": "different words in all of them",
}
"""What the table of variety tells, in words."""

SHARES = ("distinct", "repeating")
"""Of these, the shares."""

Plots = Mapping[str, bytes]
"""PNG files, by name."""


def captioning_page(
    judged: JudgedCaptions, figures: Figures, headline: Sequence[tuple[str, str, str]], plots: Plots
) -> str:
    """The whole page."""
    return _page.answers_page(judged.answers, _parts(judged, figures, headline, plots))


def _parts(
    judged: JudgedCaptions, figures: Figures, headline: Sequence[tuple[str, str, str]], plots: Plots
) -> Iterator[str]:
    yield _page.notes(figures["notes"])
    yield _page.figures(headline)
    yield _pictures(judged)
    yield _mistakes(judged)
    yield _unsure(judged)
    yield _trust(figures, plots)
    yield _agreement(figures)
    yield _variety(figures)
    yield _slices(figures)
    entries = [(name, said) for name, said in MEANINGS.items() if name in figures]
    yield _page.section("What the figures mean", "Names as in metrics.json.", _page.meanings(entries))


def _pictures(judged: JudgedCaptions) -> str:
    """Of few pictures, none is shown twice."""
    count = min(EACH, max(1, len(judged.each) // 3))
    said = (
        "By CIDEr-D. Coloured is what the model would say, green where people agree with it; below it is what people "
        "say. A low figure may still be a good caption: people say many things."
    )
    return "".join(
        [
            _page.section("Best", said, shown(judged, best(judged, count))),
            _page.section("Middling", "Around the median: what to expect.", shown(judged, middling(judged, count))),
            _page.section("Worst", "The lowest first.", shown(judged, worst(judged, count))),
        ]
    )


def _mistakes(judged: JudgedCaptions) -> str:
    found = surest_mistakes(judged)
    if not found:
        return _page.section("No sure mistakes", "People agree with all that was said.")
    said = (
        f"Of {int(judged.is_sure.sum()):,} captions that were said, people agree with all but {len(found):,}; these "
        "are the ones where the model was surest. Look whether it is wrong, or just says something else."
    )
    return _page.section("Surest mistakes", said, shown(judged, found[:EACH]))


def _unsure(judged: JudgedCaptions) -> str:
    said = "The lowest scores. Pictures like these are worth collecting."
    return _page.section("Least sure", said, shown(judged, least_sure(judged, EACH)))


def _trust(figures: Figures, plots: Plots) -> str:
    agreement, sure = figures["agreement"], figures["sure"]
    said = (
        f"People agree with {agreement['share']:.0%} of all captions (CIDEr-D of {agreement['from']:g} or more); the "
        f"scores say {agreement['expected']:.0%}. {sure['share']:.0%} are said: those with a score of "
        f"{sure['reject_below']:.2f} or more. The further the blue line rises to the left, the better the score tells "
        "good captions from bad ones."
    )
    drawn = _page.plots(
        _page.plot(plots["agreement.png"], "How often people agree with captions, by the captions' score."),
        _page.plot(plots["kept.png"], "Mean CIDEr-D of the surest captions, by the share that is kept."),
    )
    lines = [
        (name, part["pictures"], part["cider_d"], _percent(part["agrees"]))
        for name, part in (("said", sure["said"]), ("not said", sure["others"]))
    ]
    table = _page.table(("captions", "pictures", "CIDEr-D", "people agree"), lines)
    return _page.section("Can its score be believed?", said, drawn, table)


def _agreement(figures: Figures) -> str:
    lines = [(title, figures[name], _between(figures["intervals"][name])) for name, title in AGREED]
    said = f"Beside {figures['references']:.3g} captions of people for each picture."
    return _page.section("Agreement with people", said, _page.table(("figure", "value", "95 % interval"), lines))


def _variety(figures: Figures) -> str:
    found, people = figures["variety"], figures["people"]
    lines = [
        (told, _told(name, found[name]), _told(name, people[name]) if people else None)
        for name, told in VARIETY.items()
    ]
    table = _page.table(("", "captions", "people's first"), lines)
    common = [(each["caption"], each["pictures"]) for each in figures["commonest"]]
    often = _page.table(("said of several pictures", "pictures"), common) if common else ""
    return _page.section("Do captions vary?", "Who says little says it of many pictures.", _page.plots(table, often))


def _told(name: str, value: Any) -> str:
    if name in SHARES:
        return _percent(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"


def _slices(figures: Figures) -> str:
    lines = [
        (column, name, part["pictures"], part["cider_d"], _between(part["interval"]), _percent(part["sure"]))
        for column, parts in figures["slices"].items()
        for name, part in parts.items()
    ]
    if not lines:
        return ""
    said = "Whether some pictures are captioned worse than others; of few pictures, by chance alone."
    head = ("by", "which", "pictures", "CIDEr-D", "95 % interval", "said")
    return _page.section("Slices", said, _page.table(head, lines))


def _between(interval: Sequence[float] | None) -> str:
    return "—" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"
