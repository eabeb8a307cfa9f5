"""How good captions are on photographs of Flickr8k and COCO, what they cost, and what the nearest photographs give.

`OPSIN_CAPTIONER=runs/mine python benchmarks/captions.py [COUNT]` judges a run's folder in the place of the packaged
captioner; COUNT photographs of each set, where not all.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from caption_neighbours import nearest_captions
from figures import Figure, keep
from hallucinations import hallucinations
from pictures import DATA
from whole_prefix import WholePrefix

from opsin.data.dataset import Dataset
from opsin.data.load import load
from opsin.metrics.captions.bleu import bleu
from opsin.metrics.captions.cider import cider_d
from opsin.metrics.captions.rouge import rouge_l
from opsin.metrics.captions.tokens import tokens
from opsin.models import open_model
from opsin.models._beams import Step, search
from opsin.models._taught import IMAGE
from opsin.models._writing import grammar, stepping
from opsin.models.caption_writer import CaptionWriter
from opsin.reports import Answers
from opsin.reports.captioning import CaptioningReport
from opsin.runtime.network import Place
from opsin.tasks.captioning import Caption, CaptioningOptions

MODEL = "captioner.flickr8k"
ASKED = "OPSIN_CAPTIONER"
"""The variable of the environment that names another captioner: the folder of a run."""

KERAS = Path(os.environ.get(ASKED, Path(__file__).parents[1] / "runs" / "flickr8k_cider")) / "network.keras"
"""What the packaged captioner was made from, by recipes/flickr8k_cider.py: its rival is built from it."""

BEAMS = {"beam 3": 3, "greedy": 1}
TIMED = 50
"""Photographs that are timed."""


def main(count: int | None = None) -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The captioned photographs are not at {DATA}; nothing was measured.")
    return keep("captions", figures(count))


def figures(count: int | None) -> Iterator[Figure]:
    """Of both sets: the agreement with people; of Flickr8k also variety, calibration, and seconds."""
    model = open_model(os.environ.get(ASKED, MODEL), Place())
    flickr = load(DATA / "flickr8k", task="captioning", split=(1.0, 0.0, 0.0))
    dev = some(flickr.part("validation"), count)
    for name, beams in BEAMS.items():
        told = judged(model, dev, beams)
        yield from agreement(f"Flickr8k dev, {name}", told, least=name == "beam 3")
        if name == "beam 3":
            yield from variety(told)
            yield from trust(told)
    yield from neighbours(some(flickr.part("train"), count and 20 * count), dev)
    yield from costs(model, dev)
    yield from of_coco(model, count)


def some(data: Dataset, count: int | None) -> Dataset:
    """The first pictures; all, where no count is given."""
    return data.take(range(len(data))[:count])


def judged(model: Any, data: Dataset, beams: int) -> CaptioningReport:
    """The report on what the captioner says of all pictures."""
    options = CaptioningOptions(beams=beams)
    results: list[Caption] = [model.run([data.pictures[index]], options)[0] for index in range(len(data))]
    sizes = np.array([each.size for each in results])
    return CaptioningReport(Answers(card=model.card, data=data, results=results, sizes=sizes))


def agreement(about: str, report: CaptioningReport, *, least: bool = False) -> Iterator[Figure]:
    """The figures that compare with people's captions; what they should be at least, where that is asked."""
    asked = {"cider_d": 0.55, "bleu_4": 0.20} if least else {}
    names = {"cider_d": "CIDEr-D", **{f"bleu_{n}": f"BLEU-{n}" for n in range(1, 5)}, "rouge_l": "ROUGE-L"}
    photographs = report.figures["pictures"]
    for name, title in names.items():
        low, high = report.figures["intervals"][name]
        note = f"{photographs:,} photographs; 95 % interval {low:.3f} to {high:.3f}"
        yield Figure(f"{about}: {title}", report.figures[name], least=asked.get(name), note=note)


def variety(report: CaptioningReport) -> Iterator[Figure]:
    """Whether captions repeat themselves, and one another."""
    found = report.figures["variety"]
    repeats = round(found["repeating"] * report.figures["pictures"])
    words = f"{found['mean_words']:.1f} words in a caption, {found['vocabulary']:,} different ones in all"
    yield Figure("Flickr8k dev, beam 3: captions that repeat three words or more", repeats, most=0)
    yield Figure("Flickr8k dev, beam 3: share of distinct captions", found["distinct"], least=0.6, note=words)


def trust(report: CaptioningReport) -> Iterator[Figure]:
    """Whether the score can be believed."""
    figures, half = report.figures, report.figures["halves"]
    told = f"{half['surest']:.3f} and {half['others']:.3f}"
    ratio = "Flickr8k dev, beam 3: CIDEr-D of the surest half over the other's"
    # A captioner whose other half is worth nothing knows which half that is.
    yield Figure(ratio, float("inf") if half["ratio"] is None else half["ratio"], least=1.4, note=told)
    low, high = figures["ece_band"]
    band = f"a perfectly calibrated one: {low:.3f} to {high:.3f}"
    yield Figure("Flickr8k dev, beam 3: calibration error of the score", figures["ece"], note=band)
    sure = figures["sure"]
    said = f"CIDEr-D {sure['said']['cider_d'] or 0:.3f}, of the others {sure['others']['cider_d'] or 0:.3f}"
    yield Figure("Flickr8k dev, beam 3: share of captions that are said", sure["share"], note=said)


def neighbours(learned: Dataset, asked: Dataset) -> Iterator[Figure]:
    """What the nearest photographs' captions give: a captioner should do better."""
    said = nearest_captions(learned, asked)
    known = [[tokens(text) for text in each.texts] for each in asked.truth]
    about = "Flickr8k dev, consensus of the 20 nearest training photographs"
    yield Figure(f"{about}: CIDEr-D", cider_d(said, known))
    yield Figure(f"{about}: BLEU-4", float(bleu(said, known)[3]))
    yield Figure(f"{about}: ROUGE-L", rouge_l(said, known))


def costs(model: Any, data: Dataset) -> Iterator[Figure]:
    """CPU seconds of a caption, of what is seen, and of the words with and without what earlier words told."""
    writer = writing(model)
    images = [data.pictures[index] for index in range(min(TIMED, len(data)))]
    whole = partial(model.run, options=CaptioningOptions())
    note = f"median of {len(images)} photographs, without reading them"
    yield Figure(
        "a caption with beam 3: CPU seconds", seconds(lambda image: whole([image]), images), most=0.25, note=note
    )
    yield Figure(
        "of these, what is seen at places: CPU seconds", seconds(lambda i: writer.sight([i]), images), note=note
    )
    if not KERAS.is_file():
        print(f"not measured: words without a cache, for which {KERAS.parent} must be there")
        return
    rival = WholePrefix(KERAS)
    features = [writer.prepare([image])[0][IMAGE] for image in images]
    fast, slow = (decoding(writer, steps, features) for steps in (partial(kept, writer), rival.stepping))
    yield Figure("the words of a caption with beam 3: CPU seconds", fast[0], note=note)
    told = f"{slow[0]:.3f} s: the engine works out the words before and the picture's keys again at each word"
    yield Figure("the words without the cache over with it", slow[0] / fast[0], least=3, note=told)
    same = float(np.mean([one == other for one, other in zip(fast[1], slow[1], strict=True)]))
    near = "scores that are equal up to rounding may go either way"
    yield Figure("share of captions that are the same without the cache", same, least=0.95, note=near)


def writing(model: Any) -> CaptionWriter:
    """The captioner itself, without what is asked where it is not sure."""
    found = getattr(model, "parts", {}).get("captions", model)
    if not isinstance(found, CaptionWriter):
        raise SystemExit(f"{model.card.name} does not write captions.")
    return found


def kept(writer: CaptionWriter, features: Any, captions: int) -> Step:
    """The captioner's own steps, from (1, h, w, channels) features of a picture."""
    return stepping(writer.step, np.asarray(writer.network({IMAGE: features})[writer.raw], np.float32), captions)


def decoding(
    writer: CaptionWriter, steps: Callable[[Any, int], Step], features: Sequence[Any]
) -> tuple[float, list[tuple[int, ...]]]:
    """CPU seconds of the words of a caption, and the words of all."""
    words = list[tuple[int, ...]]()

    def write(each: Any) -> None:
        (sentences,) = search(steps(each, 3), 1, grammar(writer.labels), 3)
        words.append(sentences[0].words)

    return seconds(write, features), words


def seconds(work: Callable[[Any], Any], things: Sequence[Any]) -> float:
    """The median CPU seconds of the work on one thing, after a first time that is not counted."""
    work(things[0])
    spent = []
    for each in things:
        began = time.process_time()
        work(each)
        spent.append(time.process_time() - began)
    return statistics.median(spent)


def of_coco(model: Any, count: int | None) -> Iterator[Figure]:
    """Photographs that are not squeezed, of another set than was learned from."""
    data = some(load(DATA / "coco_dev", task="captioning", split=(1.0, 0.0, 0.0)), count)
    report = judged(model, data, 3)
    yield from (each for each in agreement("COCO, beam 3", report) if "CIDEr-D" in each.name or "BLEU-4" in each.name)
    wrong = hallucinations(data, report.answers.results)
    named = f"of the things named, {wrong.of_objects:.1%} are not there"
    yield Figure("COCO, beam 3: share of captions that name a thing that is not there", wrong.of_captions, note=named)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if sys.argv[1:] else None)))
