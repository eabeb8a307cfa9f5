"""The page of a detector's report: what is said, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from opsin.core.boxes import as_boxes, iou
from opsin.core.image import Image
from opsin.metrics.box_mistakes import BACKGROUND_OVERLAP, UNSURE, Mistake
from opsin.metrics.matching import Floats
from opsin.reports import _page
from opsin.reports._detection_figures import MEANINGS
from opsin.reports._detection_judged import JudgedBoxes
from opsin.reports._detection_pictures import FOUND, TRUE, WRONG, cut_out
from opsin.reports._report import Figures

WORST = 24
"""Mistakes shown, of either kind."""

FROM_ONE = 3
"""Mistakes shown from one picture: one bad picture would hide what else goes wrong."""

PAIRS = 14
"""Confused pairs shown; metrics.json has more."""

BESIDE = 12
"""Labels up to which the confusion matrix stands beside the pairs."""

OPEN = 30
"""Labels up to which the table of all labels is open from the beginning."""

Plots = Mapping[str, bytes]
"""PNG files, by name."""


def detection_page(
    judged: JudgedBoxes, figures: Figures, headline: Sequence[tuple[str, str, str]], plots: Plots
) -> str:
    """The whole page."""
    things = f" with {figures['things']:,} things"
    return _page.answers_page(judged.answers, _parts(judged, figures, headline, plots), things)


def _parts(
    judged: JudgedBoxes, figures: Figures, headline: Sequence[tuple[str, str, str]], plots: Plots
) -> Iterator[str]:
    yield _page.notes(figures["notes"])
    yield _page.figures(headline)
    yield _labels(figures)
    yield _threshold(figures, plots)
    yield _kinds(figures)
    yield _false_alarms(judged)
    yield _misses(judged)
    yield _confused(judged, figures, plots)
    yield _counting(figures, plots)
    yield _sizes(figures)
    yield _slices(figures)
    yield _outside(figures)
    entries = [(name, said) for name, said in MEANINGS.items() if name in figures]
    yield _page.section("What the figures mean", "Names as in metrics.json.", _page.meanings(entries))


def _labels(figures: Figures) -> str:
    labels = {label: each for label, each in figures["labels"].items() if each["things"] or each["found"]}
    names = ("ap", "ap50", "precision", "recall", "f1", "things", "found", "right", "count_error", "count_bias")
    order = sorted(labels, key=lambda label: (labels[label]["ap"] is None, labels[label]["ap"]))
    lines = [(label, *(labels[label][name] for name in names)) for label in order]
    head = ("label", "AP", "AP50", "precision", "recall", "F1", "things", "found", "right", "count off by", "too many")
    said = (
        "The worst first. AP counts how well boxes fit, AP50 whether things are found at all. The other columns are "
        f"for boxes with a score of {figures['best']['min_score']:.3f} or more; the last two say by how much the count "
        "in a picture is off, and how much too high (or, with a minus, too low) it is on average."
    )
    shown = _page.table(head, lines)
    shown = shown if len(lines) <= OPEN else _page.folded(f"All {len(lines):,} labels", shown)
    return _page.section("Each label", said, shown)


def _threshold(figures: Figures, plots: Plots) -> str:
    best = figures["best"]
    said = (
        f"Boxes with a score of {best['min_score']:.3f} or more give the best balance of precision and recall (F1) "
        "on these pictures; take a lower one to miss less, a higher one for fewer false alarms "
        "(opsin detect --min-score). On the other plot, precision over recall at an overlap of 0.5: "
        "the area below is AP50."
    )
    f1 = _plot(plots, "f1", "Precision, recall and F1 over the lowest score that is given.")
    curves = _plot(plots, "precision_recall", "Precision over recall of each label.")
    return _page.section("Which score to ask for", said, _page.plots(f1, curves))


def _kinds(figures: Figures) -> str:
    alarms, misses = figures["false_alarms"], figures["misses"]
    both = [_page.table((name, "how many"), list(kinds.items())) for name, kinds in _named(alarms, misses)]
    said = (
        f"{sum(alarms.values()):,} false alarms and {sum(misses.values()):,} misses at that score. Wrong label: the "
        "place is right. Poor overlap: the label is right, the box does not fit (0.1 to 0.5). Duplicate: the thing has "
        "a better box already. Background: nothing is there. Score too low: there is a box, but not sure enough. "
        "Not found: there is none."
    )
    return _page.section("What goes wrong", said, _page.plots(*both))


def _named(alarms: Mapping[str, int], misses: Mapping[str, int]) -> list[tuple[str, Mapping[str, int]]]:
    return [("false alarms", alarms), ("misses", misses)]


def _false_alarms(judged: JudgedBoxes) -> str:
    chosen = spread(judged.mistakes.false_alarms)
    said = (
        "The false alarms with the highest scores. Orange: the box that is wrong. Green: what is there in truth. "
        "Look whether the truth lacks a box."
    )
    return _gallery("Worst false alarms", said, judged, chosen, _draw_false_alarm, _say_false_alarm)


def _misses(judged: JudgedBoxes) -> str:
    chosen = spread(judged.mistakes.misses)
    said = (
        "The largest things that were missed. Orange: the thing. Blue: what was found at its place instead, if "
        "anything. Pictures like these are worth collecting."
    )
    return _gallery("Worst misses", said, judged, chosen, _draw_miss, _say_miss)


def spread(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """The first mistakes, but only a few of one picture."""
    seen, chosen = Counter[int](), list[Mistake]()
    for each in mistakes:
        seen[each.image] += 1
        if seen[each.image] <= FROM_ONE:
            chosen.append(each)
        if len(chosen) == WORST:
            break
    return chosen


Lines = list[tuple[str, str]]


def _gallery(
    title: str,
    said: str,
    judged: JudgedBoxes,
    chosen: Sequence[Mistake],
    draw: Callable[[JudgedBoxes, Mistake], Image],
    say: Callable[[JudgedBoxes, Mistake], Lines],
) -> str:
    if not chosen:
        return ""
    pictures = judged.answers.data.pictures
    shown = [_page.picture(draw(judged, each), pictures.name(each.image), say(judged, each)) for each in chosen]
    return _page.section(title, said, _page.pictures(shown))


def _draw_false_alarm(judged: JudgedBoxes, each: Mistake) -> Image:
    things = judged.answers.data.truth[each.image]
    image = judged.answers.data.pictures[each.image]
    return cut_out(image, each.box, [(_at(things.boxes, each), TRUE), (as_boxes(each.box), WRONG)])


def _draw_miss(judged: JudgedBoxes, each: Mistake) -> Image:
    predicted = judged.predictions[each.image]
    found = _at(predicted.boxes[predicted.scores >= judged.min_score], each)
    image = judged.answers.data.pictures[each.image]
    return cut_out(image, each.box, [(found, FOUND), (as_boxes(each.box), WRONG)])


def _at(boxes: Floats, mistake: Mistake) -> Floats:
    """Those of (n, 4) boxes that have to do with a mistake; more would hide the picture."""
    near: Floats = boxes[iou(boxes, as_boxes(mistake.box))[:, 0] >= BACKGROUND_OVERLAP]
    return near


def _say_false_alarm(judged: JudgedBoxes, each: Mistake) -> Lines:
    called = f"called {judged.labels[each.label]} ({each.score:.2f})"
    if each.truth < 0:
        return [("wrong", called), ("", each.kind)]
    things = judged.answers.data.truth[each.image]
    return [("wrong", called), ("", f"{each.kind}: {judged.labels[things.labels[each.truth]]}")]


def _say_miss(judged: JudgedBoxes, each: Mistake) -> Lines:
    said = f"{each.kind} ({each.score:.2f})" if each.kind == UNSURE else each.kind
    return [("wrong", f"missed {judged.labels[each.label]}"), ("", said)]


def _confused(judged: JudgedBoxes, figures: Figures, plots: Plots) -> str:
    pairs = figures["confused"]
    lines = [(pair["label"], pair["predicted"], pair["count"], f"{pair['share']:.1%}") for pair in pairs[:PAIRS]]
    said = (
        "Each row is a true label, each column what it was called; the darker, the larger the share of the row. The "
        "last column holds things at which nothing was found, the last row boxes where nothing is."
    )
    matrix = _plot(plots, "confusion_matrix", "Confusion matrix: true labels by predicted ones, and background.")
    shown = _page.table(("true label", "called", "things", "share"), lines) if lines else ""
    both = _page.plots(shown, matrix) if lines and len(judged.labels) <= BESIDE else shown + matrix
    return _page.section("Most often confused" if lines else "No label was taken for another", said, both)


def _counting(figures: Figures, plots: Plots) -> str:
    counting = figures["counting"]
    if counting["mean_error"] is None:
        return ""
    said = (
        f"In {counting['right']:.0%} of the pictures as many things are found as there are. On average the count is "
        f"off by {counting['mean_error']:.2f}; it is {_biased(counting['bias'])}."
    )
    labels = {label: each for label, each in figures["labels"].items() if each["things"] or each["found"]}
    worst = sorted(labels, key=lambda label: -labels[label]["count_error"])[:PAIRS]
    names = ("things", "found", "count_error", "count_bias")
    lines = [(label, *(labels[label][name] for name in names)) for label in worst]
    shown = _page.table(("label", "things", "found", "off by, in a picture", "too many"), lines)
    drawn = _plot(plots, "counts", "Things found over things there are, each picture.")
    return _page.section("Counting", said, _page.plots(shown, drawn))


def _biased(bias: float) -> str:
    if round(bias, 2) == 0:
        return "neither too high nor too low"
    return f"{abs(bias):.2f} too {'high' if bias > 0 else 'low'}"


def _sizes(figures: Figures) -> str:
    ends = {"small": "up to 32 x 32 pixels", "medium": "up to 96 x 96", "large": "above"}
    lines = [
        (name, ends[name], each["things"], each["ap"], each["ar"], each["recall"])
        for name, each in figures["sizes"].items()
    ]
    head = ("size", "pixels of the picture", "things", "AP", "recall at any score", "found")
    return _page.section("Sizes", "Whether small things are found as well as large ones.", _page.table(head, lines))


def _slices(figures: Figures) -> str:
    lines = [
        (column, name, part["pictures"], part["things"], part["ap"], part["ap50"])
        for column, parts in figures["slices"].items()
        for name, part in parts.items()
    ]
    if not lines:
        return ""
    said = "Whether some pictures are answered worse than others; of few pictures, by chance alone."
    return _page.section("Slices", said, _page.table(("by", "which", "pictures", "things", "AP", "AP50"), lines))


def _outside(figures: Figures) -> str:
    outside = figures.get("outside")
    if outside is None:
        return ""
    said = (
        f"{outside['pictures']:,} pictures without any of these things. On {outside['with_boxes']:.1%} of them "
        f"something was found; {outside['boxes']:.2f} boxes in one, on average."
    )
    return _page.section("Pictures of other things", said)


def _plot(plots: Plots, name: str, said: str) -> str:
    return _page.plot(plots[f"{name}.png"], said)
