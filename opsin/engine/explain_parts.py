"""The parts of an explanation's page; each writes its pictures into the folder and answers what the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UsageError
from opsin.core.image import Image, Size, check_image
from opsin.draw.heat import draw_heat, enlarged, spread
from opsin.draw.maps import draw_bars, draw_filters
from opsin.engine.explain_page import layer_section, picture, pictures, section
from opsin.engine.layers import FOLDER, layers_shown, write_layers
from opsin.engine.question import Question
from opsin.media.files import save_image
from opsin.media.geometry import resize
from opsin.nn.feature_maps import find_step, first_filters, steps

FILES = ("picture.png", "seen.png", "gradcam.png", "occlusion.png", "filters.png", "scores.png", FOLDER)

LARGEST, SMALLEST = 1024, 448
"""Long side of the pictures written, in pixels."""

BEST = 5
"""Labels whose scores are shown."""

HEATS = {
    "gradcam": "Where it looks (Grad-CAM): the brighter, the more its last maps speak for the label there.",
    "occlusion": "What it needs (occlusion): the brighter, the less certain it is when that place is covered.",
}


def pictures_part(folder: Path, question: Question, heats: Mapping[str, NDArray[np.float32]]) -> str:
    """The picture, what the network sees of it, and each map of heat (h, w) over it."""
    shown = _shown(question.image)
    drawn = {
        "picture": (shown, "The picture."),
        "seen": (enlarged(check_image(question.pixels), SMALLEST), "What the network sees of it."),
    }
    for name, heat in heats.items():
        size: Size = (shown.shape[0], shown.shape[1])
        drawn[name] = draw_heat(shown, spread(heat, size)), HEATS[name]
    for name, (image, _) in drawn.items():
        save_image(folder / f"{name}.png", image)
    return section("The picture", "", pictures([(f"{name}.png", said) for name, (_, said) in drawn.items()]))


def filters_part(folder: Path, network: Any) -> str:
    """The filters of the first convolution; a sentence where there is none."""
    try:
        name, filters = first_filters(network)
    except UsageError as error:
        return section("The first filters", str(error), "")
    height, width, channels, count = filters.shape
    save_image(folder / "filters.png", draw_filters(filters, f"{name}: {count} filters of {height} x {width}"))
    seen = "in the colours shown" if channels == 3 else "bright where it is yellow, dark where it is violet"
    said = f"Each filter of {name} looks for a small pattern: {seen}. What it looks for, the network has learned."
    return section("What the first layer looks for", said, picture("filters.png", said))


def layers_part(folder: Path, network: Any, pixels: NDArray[np.uint8], layer: str | None) -> str:
    """What each layer answers about the picture, from the first down to the last."""
    found, _ = steps(network, pixels[None])
    asked = None if layer is None else found[find_step(found, layer)].name
    shown = layers_shown(found, asked)
    left_out = f" Of its {len(found)} layers, the last of each size are shown." if len(shown) < len(found) // 2 else ""
    said = f"From the top down: each layer takes what the one above it gives.{left_out}"
    return section("Layer by layer", said, "") + "".join(map(layer_section, write_layers(shown, folder)))


def scores_part(folder: Path, question: Question) -> str:
    """The best labels with their scores, calibrated, and what the network says in the end."""
    best = np.argsort(-question.scores, kind="stable")[:BEST]
    names = [question.model.labels[number] for number in best]
    save_image(folder / "scores.png", draw_bars(question.scores[best], "Scores", names))
    limit = question.model.card.reject_below
    is_unknown = float(question.scores.max()) < limit
    said = "The scores of the labels; they add up to 1. Of answers with a score of 0.8, about eight in ten are right."
    if is_unknown:
        said += f" The highest lies below {limit:.2f}, so the network answers: unknown."
    return section("The answer", said, picture("scores.png", said))


def _shown(image: Image) -> Image:
    """The picture at a size to be looked at."""
    side = max(image.shape[:2])
    if side <= LARGEST:
        return enlarged(image, SMALLEST)
    ratio = LARGEST / side
    return resize(image, (max(1, round(image.shape[0] * ratio)), max(1, round(image.shape[1] * ratio))))
