"""Faces: how many are found, how well they are told apart, and what it costs: `python benchmarks/faces.py`.

Costs are CPU seconds without the decoding of pictures, each inference on one core, and the median of three runs that
follow each other.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from figures import Figure, keep
from numpy.typing import NDArray
from pictures import DATA

WIDER, LFW = DATA / "wider_dev", DATA / "lfw_dev"
SUBSETS = ("easy", "medium", "hard")
CORES = len(os.sched_getaffinity(0))
MIN_SCORE = 0.02
"""From which faces are taken for average precision, of ours and of OpenCV's alike."""
MODELS = {"yunet_sface": 0.988, "yunet_sface_mirrored": 0.992}
"""What is asked of each on LFW's pairs."""


def main() -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not (WIDER.exists() and LFW.exists()):
        raise SystemExit(f"The photographs of faces are not at {DATA}; nothing was measured.")
    areas = (detection, detection_cost, verification, embedding_cost, clustering, gallery)
    return keep("faces", [figure for area in areas for figure in area()])


@dataclass(frozen=True, eq=False)
class Photo:
    """A photograph of WIDER FACE, and its faces.

    Attributes:
        image: (h, w, 3) RGB.
        boxes: (m, 4) xyxy in pixels.
        is_counted: for each subset (m,) whether the face belongs to it.
    """

    image: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    is_counted: dict[str, NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in many photographs.

    Attributes:
        boxes: (n, 4) of each.
        scores: (n,) of each.
        cpu: seconds it took in all.
    """

    boxes: list[NDArray[Any]]
    scores: list[NDArray[Any]]
    cpu: float


def wider(every: int = 1) -> list[Photo]:
    """The photographs, or every so many of them."""
    return [_photo(facts) for facts in json.loads((WIDER / "faces.json").read_text())[::every]]


def _photo(facts: dict[str, Any]) -> Photo:
    import opsin.media.sources
    from opsin.core.boxes import xyxy_from_coco

    boxes = xyxy_from_coco(facts["boxes_xywh"])
    counted = {name: np.isin(np.arange(len(boxes)), facts[name]) for name in SUBSETS}
    return Photo(opsin.media.sources.read_image(WIDER / "images" / facts["file"]), boxes, counted)


def detection(every: int = 1) -> Iterator[Figure]:
    """Average precision plain and small, beside OpenCV's wrapper of the same network; and what small costs."""
    photos = wider(every)
    by_opencv, plain, small = opencv(photos), ours(photos), ours(photos, small=True)
    reached = {name: [precision(photos, found, name) for found in (by_opencv, plain, small)] for name in SUBSETS}
    for name, (hand, once, _) in reached.items():
        note = f"{len(photos)} photographs; OpenCV's wrapper {hand:.4f}"
        yield Figure(f"WIDER {name}: AP", once, least=hand, note=note)
    least = {"easy": reached["easy"][1], "medium": None, "hard": 0.77}
    for name, (_, once, closer) in reached.items():
        yield Figure(f"WIDER {name} with --small: AP", closer, least=least[name], note=f"without {once:.4f}")
    yield Figure("--small: CPU seconds over those without", small.cpu / plain.cpu, most=6.0)
    yield Figure("plain: CPU seconds over OpenCV's wrapper", plain.cpu / by_opencv.cpu)


def precision(photos: Sequence[Photo], found: Found, subset: str) -> float:
    from opsin.metrics.wider import wider_average_precision

    truths, counted = [photo.boxes for photo in photos], [photo.is_counted[subset] for photo in photos]
    return wider_average_precision(found.boxes, found.scores, truths, counted)


def ours(photos: Sequence[Photo], *, small: bool = False) -> Found:
    from opsin.tasks.faces import FacesOptions

    model, options = opened("yunet.wider"), FacesOptions(min_score=MIN_SCORE, limit=5000, small=small)
    model.run([photos[0].image], options)
    began = time.process_time()
    faces = [model.run([photo.image], options)[0] for photo in photos]
    return Found([each.boxes for each in faces], [each.scores for each in faces], time.process_time() - began)


def opencv(photos: Sequence[Photo]) -> Found:
    """OpenCV's own wrapper, with its own suppression."""
    import cv2

    detector = cv2.FaceDetectorYN.create(str(weights("yunet.wider")), "", (640, 640), MIN_SCORE, 0.3, 5000)
    found, began = [], time.process_time()
    for photo in photos:
        detector.setInputSize((photo.image.shape[1], photo.image.shape[0]))
        _, rows = detector.detect(photo.image[:, :, ::-1].copy())
        found.append(np.zeros((0, 15), np.float32) if rows is None else rows)
    cpu = time.process_time() - began
    boxes = [np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1) for rows in found]
    return Found(boxes, [rows[:, 14] for rows in found], cpu)


def detection_cost(every: int = 3) -> Iterator[Figure]:
    """CPU seconds of finding faces over those of the bare network on the same pixels."""
    from opsin.tasks.faces import FacesOptions

    images = [photo.image for photo in wider(every)]
    model, options = opened("yunet.wider"), FacesOptions()
    network = bare("yunet.wider", [1, 3, -1, -1])
    inputs = [planes(model.prepare([image])[0]["input"], is_bgr=True) for image in images]
    ratio = cost_ratio(
        lambda: [model.run([image], options) for image in images],
        lambda: [network(pixels) for pixels in inputs],
    )
    yield Figure("finding faces: CPU seconds over the bare network", ratio, most=1.2, note=f"{len(images)} photographs")


def embedding_cost(count: int = 200) -> Iterator[Figure]:
    """CPU seconds of cutting out and embedding one face at a time over those of the bare network."""
    from opsin.media.alignment import aligned
    from opsin.media.sources import read_image
    from opsin.tasks.embedding import EmbeddingOptions
    from opsin.tasks.faces import FacesOptions

    images = [read_image(path) for path in photos_of_people()[:count]]
    points = [opened("yunet.wider").run([image], FacesOptions())[0].points[:1] for image in images]
    faces = [(image, five[0]) for image, five in zip(images, points, strict=True) if len(five)]
    model, options = opened("sface.web"), EmbeddingOptions()
    network = bare("sface.web", [-1, 3, 112, 112])
    inputs = [planes(aligned(*face)[None], is_bgr=False) for face in faces]
    ratio = cost_ratio(
        lambda: [model.run([aligned(*face)], options) for face in faces],
        lambda: [network(pixels) for pixels in inputs],
    )
    yield Figure("embedding a face: CPU seconds over the bare network", ratio, most=1.2, note=f"{len(faces)} faces")


def cost_ratio(work: Callable[[], object], least: Callable[[], object]) -> float:
    """CPU seconds of one over those of the other, the median of three pairs, after a first that is not counted."""
    cpu_seconds(work), cpu_seconds(least)
    return statistics.median(cpu_seconds(work) / cpu_seconds(least) for _ in range(3))


def cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def opened(name: str) -> Any:
    """A model that gives each inference one core."""
    from opsin.models import open_model
    from opsin.runtime.network import Place

    return open_model(name, Place(streams=CORES))


def weights(name: str) -> Path:
    from opsin.models import card_of
    from opsin.weights.pull import files

    return files(card_of(name))["network"]


def bare(name: str, shape: list[int]) -> Callable[[NDArray[np.float32]], object]:
    """The network as its file has it, in OpenVINO."""
    import openvino

    core = openvino.Core()
    network = core.read_model(weights(name))
    network.reshape(shape)
    settings = {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": CORES, "INFERENCE_NUM_THREADS": CORES}
    request = core.compile_model(network, "CPU", settings).create_infer_request()
    return lambda pixels: request.infer([pixels], share_inputs=True, share_outputs=True)


def planes(pixels: NDArray[np.uint8], *, is_bgr: bool) -> NDArray[np.float32]:
    """(n, h, w, 3) RGB as the file wants it: (n, 3, h, w) of float32."""
    turned = pixels[..., ::-1] if is_bgr else pixels
    return np.ascontiguousarray(turned.transpose(0, 3, 1, 2), np.float32)


def photos_of_people() -> list[Path]:
    return sorted((LFW / "images").rglob("*.jpg"))


@functools.cache
def people(model: str, count: int | None = None) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Names of LFW's photographs, as its pairs have them, and the embedding of the largest face in each (n, 128).

    Zeros where no face was found.
    """
    import opsin
    from opsin.core.boxes import areas

    paths = photos_of_people()[:count]
    embeddings = np.zeros((len(paths), 128), np.float32)
    for row, (_, faces) in enumerate(opsin.stream("faces", paths, model=model)):
        if len(faces.scores):
            embeddings[row] = faces.embeddings[areas(faces.boxes).argmax()]
    return tuple(path.relative_to(LFW / "images").as_posix() for path in paths), embeddings


def verification(count: int | None = None) -> Iterator[Figure]:
    """LFW: its pairs by cross-validation, and all pairs of all photographs; a face not found is never accepted."""
    for model, least in MODELS.items():
        names, embeddings = people(model, count)
        lost = int((~embeddings.any(axis=1)).sum())
        yield Figure(f"LFW, {model}: faces not found", lost, note=f"of {len(names)} photographs")
        yield from in_pairs(model, least, dict(zip(names, embeddings, strict=True)))
        yield from in_all_pairs(model, names, embeddings)


def in_pairs(model: str, least: float, embeddings: dict[str, NDArray[np.float32]]) -> Iterator[Figure]:
    """The official pairs, each of their folds judged by a threshold from the others."""
    from opsin.metrics.pairs import NEVER
    from opsin.metrics.verification import equal_error_rate, fold_accuracy, verification_auc

    with (LFW / "pairs.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if {row["first"], row["second"]} <= embeddings.keys()]
    couples = [(embeddings[row["first"]], embeddings[row["second"]]) for row in rows]
    similarities = [float(one @ other) if one.any() and other.any() else NEVER for one, other in couples]
    same = [row["same"] == "1" for row in rows]
    folds = fold_accuracy(similarities, same, [row["fold"] for row in rows])
    note = f"{len(rows)} pairs; folds {', '.join(f'{share:.4f}' for share in folds.per_fold)}"
    yield Figure(f"LFW, {model}: accuracy, 3 folds", folds.mean, least=least, note=note)
    yield Figure(f"LFW, {model}: AUC", verification_auc(similarities, same))
    yield Figure(f"LFW, {model}: equal error rate", equal_error_rate(similarities, same))


def in_all_pairs(model: str, names: Sequence[str], embeddings: NDArray[np.float32]) -> Iterator[Figure]:
    """Everybody compared with everybody."""
    from opsin.metrics.pairs import all_pairs
    from opsin.metrics.verification import threshold_at_far

    pairs = all_pairs(embeddings, [name.split("/")[0] for name in names])
    for far, least in ((1e-3, 0.96), (1e-4, None)):
        threshold = threshold_at_far(pairs.impostors, far)
        tar = float(np.mean(pairs.genuine >= threshold))
        counts = f"{len(pairs.genuine):,} genuine, {len(pairs.impostors):,} impostors"
        yield Figure(f"LFW, {model}: TAR at FAR {far:g}", tar, least=least, note=f"threshold {threshold:.4f}; {counts}")


def clustering(corrections: int = 10) -> Iterator[Figure]:
    """All photographs of LFW sorted by people, of each its largest face; then again, corrected by somebody."""
    from opsin.metrics.clustering import pairwise
    from opsin.uses._people_sorting import sort_faces

    names, embeddings = people("yunet_sface_mirrored")
    truth = [name.split("/")[0] for name in names]
    known = nobody_known(embeddings)
    began = time.process_time()
    found = sort_faces(known, 1)
    cpu = time.process_time() - began
    agreement = pairwise(truth, found, alone=0)
    note = f"{len(names)} photographs"
    yield Figure("people of LFW: pairwise precision", agreement.precision, least=0.99, note=note)
    yield Figure("people of LFW: pairwise recall", agreement.recall, least=0.85, note=note)
    yield Figure("people of LFW: CPU seconds after embedding", cpu, most=60, note=note)
    same, different = said(found, corrections)
    again = sort_faces(dataclasses.replace(known, people=found, same=same, different=different), found.max() + 1)
    held = sum(again[one] == again[other] > 0 for one, other in same)
    held += sum(again[one] != again[other] or not again[one] for one, other in different)
    yield Figure(
        "people of LFW: random corrections that hold", held, least=2 * corrections, note=f"of {2 * corrections}"
    )


def nobody_known(embeddings: NDArray[np.float32]) -> Any:
    from opsin.uses._people_sorting import Known

    count, none = len(embeddings), np.zeros((0, 2), np.intp)
    return Known(embeddings, np.arange(count), np.zeros(count, np.int64), none, none, none)


def said(found: NDArray[np.int64], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Faces of different people said to be the same, and faces of one said to be different, at random."""
    random = np.random.default_rng(0)
    same = random.permutation(len(found))[: 2 * count].reshape(count, 2)
    left = [np.flatnonzero(found == person) for person in random.permutation(np.unique(found[found > 0]))]
    pairs = [faces[:2] for faces in left if len(faces) > 1 and not np.isin(faces, same).any()]
    return same, np.array(pairs[:count])


def gallery(number: int = 1000, photos: int = 5) -> Iterator[Figure]:
    """One face against 1,000 people, beside embedding; random people cost what others do."""
    from opsin.models import card_of
    from opsin.uses._gallery_match import known
    from opsin.uses._gallery_roll import Roll

    random = np.random.default_rng(0)
    vectors = random.normal(size=(number, photos, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    roll = Roll("yunet_sface_mirrored", {f"p{person}": portraits(each) for person, each in enumerate(vectors)})
    faces = vectors[:, 0][random.permutation(number)[:200]]
    acceptance = card_of("yunet_sface_mirrored").acceptance
    known(roll, faces[:1], acceptance, 1e-2)
    began = time.process_time()
    names = [known(roll, face[None], acceptance, 1e-2).names[0] for face in faces]
    cost = (time.process_time() - began) / len(faces) * 1000
    note = f"{number} people with {photos} photographs each; {len(set(names) - {'unknown'})} of {len(faces)} known"
    yield Figure("one face against 1,000 people: CPU milliseconds", cost, most=5, note=note)


def portraits(vectors: NDArray[np.float32]) -> tuple[Any, ...]:
    from opsin.uses._gallery_roll import Photo as Portrait

    return tuple(Portrait(file=f"{place}.jpg", embedding=vector) for place, vector in enumerate(vectors))


if __name__ == "__main__":
    sys.exit(bool(main()))
