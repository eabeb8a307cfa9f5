"""Why a network answers as it does: where it looks, what it needs to see, and what each of its layers makes of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import OptionError, UsageError
from opsin.draw.heat import on_original, spread
from opsin.engine import explain_parts as parts
from opsin.engine.explain_page import page
from opsin.engine.occlusion import Occlusion, occlusion
from opsin.engine.question import RAW, Question, ask
from opsin.engine.run import model_folder
from opsin.media.sources import Source, read_image
from opsin.nn.gradcam import gradcam
from opsin.nn.saved import load_network
from opsin.store.files import write_atomically
from opsin.store.folders import check_own, folder_atomically
from opsin.store.progress import Progress, silent

METHODS = ("all", "gradcam", "occlusion", "layers", "filters")

KERAS = "network.keras"

FILES = ("index.html", "explanation.json", *parts.FILES)
"""What the folder of an explanation may hold."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Explanation:
    """Why a network answers as it does.

    Attributes:
        folder: where index.html and the pictures lie.
        label: the label that was looked into.
        score: its score, in 0..1.
        predicted: the label with the highest score.
        gradcam: (h, w) in 0..1, for each pixel of the picture, how much the network's last maps speak for the label
            there; None when it was not asked for.
        occlusion: (h, w) in 0..1, how much less certain it is of the label when that place is covered; None likewise.
        lowest: the lowest score of the label with a patch covered; None likewise.
        agreement: correlation of the two maps, -1..1; None unless there are both.
    """

    folder: Path
    label: str
    score: float
    predicted: str
    gradcam: NDArray[np.float32] | None = None
    occlusion: NDArray[np.float32] | None = None
    lowest: float | None = None
    agreement: float | None = None

    @property
    def summary(self) -> str:
        """In one line: the label, its score, and how the two maps agree."""
        said = [f"{self.label} has the score {self.score:.2f}"]
        if self.predicted != self.label:
            said.append(f"the best is {self.predicted}")
        if self.lowest is not None:
            said.append(f"with the worst patch covered, {self.lowest:.2f}")
        if self.agreement is not None:
            said.append(f"Grad-CAM and occlusion agree to {self.agreement:.2f} (1 is wholly)")
        return "; ".join(said)

    def figures(self) -> dict[str, Any]:
        """What explanation.json holds: all that is no picture."""
        named = {"label": self.label, "score": self.score, "predicted": self.predicted}
        more = {"lowest_score_when_covered": self.lowest, "agreement": self.agreement}
        return named | {name: value for name, value in more.items() if value is not None}


def explain(
    run: str | os.PathLike[str],
    image: Source,
    *,
    label: str | None = None,
    method: str = "all",
    layer: str | None = None,
    save: str | Path | None = None,
    progress: Progress = silent,
) -> Explanation:
    """Shows why a taught network answers as it does about a picture, on a page to look at.

    Args:
        run: the folder of a run. Of what was exported from one, only occlusion can be shown.
        image: a path, an address, bytes, a PIL image or an array (h, w, 3) of uint8 RGB.
        label: the label to look into; the network's answer when left out.
        method: "gradcam" shows where its maps speak for the label; "occlusion" what it needs to see; "layers" what
            every layer answers; "filters" what the first layer looks for; "all" shows all of that.
        layer: Grad-CAM looks at the maps of this layer, and it is shown in any case; the last one when left out.
        save: a new folder to write to; `explain/PICTURE` in the run's folder when left out.
        progress: is told how far the occlusion is.

    Raises:
        UsageError: for a method, a label or a layer that there is not, for a `save` that holds something else, or
            when more than occlusion is asked of an exported file.
        InputError: when the picture or the run cannot be read.
        WeightsError: when the network cannot be read.
    """
    if method not in METHODS:
        raise OptionError(f"method must be one of {', '.join(METHODS)}; got {method!r}.")
    folder = model_folder(run)
    to = Path(save) if save is not None else folder / "explain" / picture_name(image)
    check_own(to, FILES)  # and the Keras file: both before any long work
    network = None if method == "occlusion" else _keras_model(folder)
    question = ask(folder, read_image(image), label)
    heat = gradcam(network, question.pixels, question.number, layer) if _has(method, "gradcam") else None
    covered = _covered(question, progress) if _has(method, "occlusion") else None
    done = _explanation(to, question, heat, covered)
    with folder_atomically(to, FILES) as beside:
        _write(beside, done, question, network, method, layer)
    return done


def picture_name(image: Source) -> str:
    """What the folder of a picture's explanation is called: its file's name without the suffix.

    >>> picture_name("holiday/cat.jpg")
    'cat'
    """
    if isinstance(image, str | os.PathLike):
        return Path(image).stem or "picture"
    return "picture"


def _has(method: str, wanted: str) -> bool:
    return method in (wanted, "all")


def _keras_model(folder: Path) -> Any:
    if not (folder / KERAS).is_file():
        raise UsageError(
            f"To look into a network takes its Keras file, and {folder} has no {KERAS}. Name the run that it was "
            "exported from, or ask for --method occlusion, which looks at answers only."
        )
    return load_network(folder / KERAS)


def _covered(question: Question, progress: Progress) -> Occlusion:
    name, pixels = next(iter(question.batch.items()))
    temperature = question.model.card.temperature
    return occlusion(
        question.model.network, (name, pixels), RAW, question.number, temperature=temperature, progress=progress
    )


def _explanation(
    to: Path, question: Question, heat: NDArray[np.float32] | None, covered: Occlusion | None
) -> Explanation:
    placement, drop = question.placement, None if covered is None else covered.drop.clip(min=0)
    return Explanation(
        folder=to,
        label=question.label,
        score=question.score,
        predicted=question.predicted,
        gradcam=None if heat is None else on_original(unit(heat), placement),
        occlusion=None if drop is None else on_original(unit(drop), placement),
        lowest=None if covered is None else covered.lowest,
        agreement=None if heat is None or drop is None else correlation(spread(heat, drop.shape), drop),
    )


def unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Numbers from 0 up, brought to 0..1; where all are 0, they stay so.

    >>> unit(np.array([0.0, 4.0], np.float32)).tolist()
    [0.0, 1.0]
    """
    highest = values.max()
    return values / highest if highest > 0 else values


def correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Pearson's, of two maps of one size, in -1..1; 0 where one of them is the same all over."""
    apart = [each - each.mean(dtype=np.float64) for each in (one, other)]
    lengths = float(np.linalg.norm(apart[0]) * np.linalg.norm(apart[1]))
    return float((apart[0] * apart[1]).sum() / lengths) if lengths > 0 else 0.0


def _write(folder: Path, done: Explanation, question: Question, network: Any, method: str, layer: str | None) -> None:
    heats = {"gradcam": done.gradcam, "occlusion": done.occlusion}
    shown = [parts.pictures_part(folder, question, {name: heat for name, heat in heats.items() if heat is not None})]
    if _has(method, "filters"):
        shown.append(parts.filters_part(folder, network))
    if _has(method, "layers"):
        shown.append(parts.layers_part(folder, network, question.pixels, layer))
    shown.append(parts.scores_part(folder, question))
    with write_atomically(folder / "explanation.json") as file:
        file.write(json.dumps(done.figures(), ensure_ascii=False, indent=1).encode() + b"\n")
    with write_atomically(folder / "index.html") as file:
        file.write(page(f"Why {done.label}?", f"{done.summary}.", shown).encode())
