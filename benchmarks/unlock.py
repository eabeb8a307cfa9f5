"""Unlock: photographs held up, none of which may open, and people who should: `python benchmarks/unlock.py`.

There is no camera and nobody before it: pages are drawn as a camera sees them, heads are put together from photographs.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from faces import LFW, opened
from figures import Figure, keep
from numpy.typing import NDArray
from pictures import DATA

import opsin
from opsin.core.image import Image
from opsin.media.sources import read_image
from opsin.models import card_of
from opsin.tasks.faces import Faces
from opsin.uses._challenge import CLOSER, LEFT, RIGHT, STEPS, TURNED, Alike, Challenge
from opsin.uses._solid import asymmetry, height, pose, upright
from opsin.uses.unlock import LOOKING, Frame, UnlockOptions, challenged

ORL = DATA / "faces_poses"
MODEL = "yunet_sface_mirrored"
SWING = (10, 20, 30, 38, 44, 48, 52, 56, 60, 60, 56, 50, 44, 36, 28, 18, 8, 0)
"""Degrees by which a page is turned, frame after frame."""
Numbers = NDArray[np.floating[Any]]
Film = Callable[[list[str]], Iterator[Frame]]
"""Frames without end, of somebody who hears what was told until then."""


def main() -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not (ORL.exists() and LFW.exists()):
        raise SystemExit(f"The photographs of faces are not at {DATA}; nothing was measured.")
    return keep("unlock", [*attacks(), *genuine()])


class Way(NamedTuple):
    """How a page is held, in its widths and degrees. Bends are 1 / radius, hollow below 0; bending: turned by 60."""

    distance: float = 1.65
    bend: float = 0.0
    tilt: float = 0.0
    sideways: float = 0.0
    bending: float = 0.0


BENT = (Way(bend=1.0), Way(bend=2.0), Way(bend=3.0), Way(bend=-1.5), Way(bending=2.5))
WAYS = (Way(), Way(distance=1.0), Way(tilt=22.0), Way(sideways=0.25), *BENT)


def attacks(photos: int = 8) -> Iterator[Figure]:
    """Photographs moved as asked, and the first pictures of them standing still. Any face is taken for the person's."""
    chance, pages = np.random.default_rng(0), list(itertools.product(prints(photos), WAYS))
    for what, film in (("printed photographs", held), ("still pictures", stills)):
        films = [functools.partial(film, *each, chance) for each in pages]
        made = [attempt(each, chance.permutation(STEPS).tolist(), 0.0, lambda _: 1.0) for each in films]
        steps = [set(asked[:-1]) & {LEFT, RIGHT} for _, asked in made if asked]
        note = (
            f"of {len(made)}; {len(steps)} passed for a face that looks ahead, {sum(map(bool, steps))} also for a turn"
        )
        yield Figure(f"unlock: {what} that opened", sum(is_open for is_open, _ in made), most=0, note=note)


def attempt(film: Film, steps: Sequence[str], least: float, alike: Alike) -> tuple[bool, list[str]]:
    """Whether it opened, and the steps that were asked until then."""
    told: list[str] = []
    verdict = challenged(film(told), Challenge(tuple(steps), least, UnlockOptions().seconds), alike, told.append)
    return bool(verdict.answer), [each for each in told if each in STEPS]


def prints(count: int) -> Iterator[Image]:
    """Half of them from ORL, half from LFW, each of another person who looks ahead, alone."""
    for number in range(1, 41, 80 // count)[: count // 2]:
        images = (enlarged(path, 4) for path in sorted((ORL / f"s{number}").glob("*.jpg")))
        found = [(image, camera().run([image], LOOKING)[0].points) for image in images]
        yield min(found, key=lambda each: min((abs(asymmetry(face)) for face in each[1]), default=1))[0]
    alone = [each.path for each in people() if len(camera().run([read_image(each.path)], LOOKING)[0].boxes) == 1]
    yield from (enlarged(path, 2) for path in alone[:: 2 * len(alone) // count][: count // 2])


def enlarged(path: Path, times: int) -> Image:
    return np.asarray(cv2.resize(read_image(path), None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def since(told: Sequence[str]) -> Iterator[tuple[str, int]]:
    """For each frame what is asked, and for how many frames it has been."""
    number, before = 0, 0
    while True:
        number, before = number + 1 if len(told) == before else 0, len(told)
        yield told[-1] if told else "", number


def held(photo: Image, way: Way, chance: np.random.Generator, told: list[str]) -> Iterator[Frame]:
    """A page that is turned and brought closer as asked; its picture is noisy, and its embedding always the same."""
    for frame, (says, number) in enumerate(since(told)):
        yaw = {LEFT: -1, RIGHT: 1}.get(says, 0) * SWING[number % len(SWING)]
        seen = page(photo, way, frame * 0.15, yaw, 1 + 0.08 * min(number, 7) * (says == CLOSER))
        noisy = seen * chance.uniform(0.95, 1.05) + chance.normal(0, 3, seen.shape)
        faces = camera().run([noisy.clip(0, 255).astype(np.uint8)], LOOKING)[0]
        yield frame * 0.15, dataclasses.replace(faces, embeddings=np.eye(1, 128).repeat(len(faces.scores), axis=0))


def stills(photo: Image, way: Way, chance: np.random.Generator, told: list[str]) -> Iterator[Frame]:
    """The first picture of such a page, again and again."""
    _, faces = next(held(photo, way, chance, told))
    return ((frame * 0.15, faces) for frame in itertools.count())


@functools.cache
def camera() -> Any:
    return opened("yunet.wider")


def page(photo: Image, way: Way, seconds: float, yaw: float, closer: float) -> Image:
    """(360, 480, 3) what a camera sees of a page before a grey wall; its focal length is 576 pixels."""
    y, x = (np.mgrid[:360, :480] + 0.5 - [[[180]], [[240]]]) / 576
    at = np.array([way.sideways * np.sin(3 * seconds), 0, way.distance / closer])
    turn = cv2.Rodrigues(np.radians([0, yaw, 0]))[0] @ cv2.Rodrigues(np.radians([way.tilt, 0, 0]))[0]
    rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ turn
    across, down = unrolled(-at @ turn, rays, way.bend + way.bending * abs(yaw) / 60)
    (height, width), coarse = photo.shape[:2], photo.shape[1] * at[2] / 576
    # Where a pixel covers more than one of the photograph's, it sees their mean.
    image = cv2.GaussianBlur(photo, (0, 0), 0.4 * coarse) if coarse > 1.5 else photo
    places = [((across + 0.5) * width - 0.5).astype(np.float32), (down * width + height / 2 - 0.5).astype(np.float32)]
    return np.asarray(cv2.remap(image, *places, cv2.INTER_LINEAR, borderValue=(120, 125, 130)), np.uint8)


def unrolled(eye: Numbers, rays: Numbers, bend: float) -> tuple[Numbers, Numbers]:
    """Where rays meet a page bent about an upright pole: across it and down it, from its middle; far off if nowhere."""
    radius = 1 / (bend or 1e-4)
    x, y, z = np.moveaxis(rays, -1, 0)
    square, half = x * x + z * z, eye[0] * x + (eye[2] - radius) * z
    inside = half * half - square * (eye[0] ** 2 + (eye[2] - radius) ** 2 - radius**2)
    way = (-half - np.sign(radius) * np.sqrt(inside.clip(0))) / square
    angle = np.arctan2(eye[0] + way * x, np.sign(radius) * (radius - eye[2] - way * z))
    return np.where((inside > 0) & (way > 0), abs(radius) * angle, -1e4), eye[1] + way * y


class Portrait(NamedTuple):
    """A photograph's face: (5, 2) points in pixels, (128,) embedding."""

    path: Path
    points: Numbers
    embedding: Numbers


class Person(NamedTuple):
    """Who looks ahead in a photograph; for each step, "" before them, (138,) points and embedding; (128,) of others."""

    path: Path
    heads: dict[str, Numbers]
    template: Numbers


def genuine() -> Iterator[Figure]:
    """People who do as asked, in each order of the steps."""
    chance, least = np.random.default_rng(0), card_of(MODEL).acceptance.threshold(UnlockOptions().far)
    tries = list(itertools.product(people(), itertools.permutations(STEPS)))
    made = [attempt(functools.partial(acted, who, chance), steps, least, who.template.dot)[0] for who, steps in tries]
    note = f"{sum(made)} of {len(made)}; put together from photographs, {len(people())} people of LFW"
    yield Figure("unlock: genuine attempts that opened", sum(made) / len(made), least=0.9, note=note)


def acted(person: Person, chance: np.random.Generator, told: list[str]) -> Iterator[Frame]:
    """A head that looks ahead again within 10 frames, then does as asked within 10; its points are found roughly."""
    begin = head = ahead = person.heads[""]
    for frame, (says, number) in enumerate(since(told)):
        begin = begin if number else head
        back, on = min((number + 1) / 10, 1), min(max((number - 9) / 10, 0), 1)
        head = begin + (ahead - begin) * back + (person.heads.get(says, ahead) - ahead) * on
        points = head[:10].reshape(5, 2) + chance.normal(0, 0.012 * height(head[:10]), (5, 2)) + np.array([320, 240])
        own = {"boxes": [[*points.min(axis=0) - 30, *points.max(axis=0) + 30]], "embeddings": [unit(head[10:])]}
        yield frame / 15, Faces(height=480, width=640, scores=[0.9], points=[points], **own)


def unit(embedding: Numbers) -> Numbers:
    return np.asarray(embedding / np.linalg.norm(embedding))


@functools.cache
def people() -> tuple[Person, ...]:
    """Those of LFW with 5 photographs or more, cut out about them, who look ahead in one and to a side in others."""
    folders = [sorted(folder.glob("*.jpg")) for folder in sorted((LFW / "images").iterdir())]
    paths = [path for folder in folders if len(folder) >= 5 for path in folder]
    portraits = []
    for path, (_, faces) in zip(paths, opsin.stream("faces", paths, model=MODEL, min_score=0.6), strict=True):
        away = np.hypot(*(faces.boxes[:, :2] + faces.boxes[:, 2:] - faces.width).T)
        portraits += [Portrait(path, faces.points[each], faces.embeddings[each]) for each in away.argsort()[:1]]
    groups = [list(own) for _, own in itertools.groupby(portraits, lambda portrait: portrait.path.parent)]
    return tuple(each for own in groups if len(own) >= 5 for each in composed(own))


def composed(portraits: Sequence[Portrait]) -> Iterator[Person]:
    """The person, if there is a photograph for each step; a mirror image where a side was not photographed."""
    front = min(portraits, key=lambda portrait: abs(asymmetry(portrait.points)))
    mirrored = [each._replace(points=each.points[[1, 0, 2, 4, 3]] * [-1, 1]) for each in portraits]
    turns = [(each, pose(upright(front.points), each.points).turn) for each in (*portraits, *mirrored)]
    left = next((each for each, turn in turns if turn >= TURNED), front)
    right = next((each for each, turn in turns if turn <= -TURNED), front)
    others = [each.embedding for each in portraits if each.path not in (front.path, left.path, right.path)][:3]
    if abs(asymmetry(front.points)) <= 0.06 and front is not left and front is not right and others:
        shown = {"": (front, 80), LEFT: (left, 80), RIGHT: (right, 80), CLOSER: (front, 116)}
        heads = {says: np.append(size * upright(by.points), by.embedding) for says, (by, size) in shown.items()}
        yield Person(front.path, heads, unit(np.sum(others, axis=0)))


if __name__ == "__main__":
    sys.exit(bool(main()))
