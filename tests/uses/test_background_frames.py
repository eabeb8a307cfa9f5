"""Frames before a new background."""

import dataclasses

import numpy as np

from opsin.draw.backdrops import of_colour
from opsin.engine.stream import Answer
from opsin.media.reading import ready
from opsin.tasks.matting import Matte
from opsin.uses._background_frames import frames

SIZE = (48, 64)
IMAGE = np.full((*SIZE, 3), 90, np.uint8)
IMAGE[:, 32:] = 200


def answers(mattes, image=IMAGE):
    for number, alpha in enumerate(mattes):
        item = dataclasses.replace(ready(image, "film"), frame=number, rate=10.0)
        yield Answer(item, image, Matte(height=SIZE[0], width=SIZE[1], alpha=alpha))


def right(level=1.0):
    alpha = np.zeros(SIZE, np.float32)
    alpha[:, 32:] = level
    return alpha


def green(cut):
    return of_colour((0, 255, 0), SIZE)


def test_frames_come_in_their_order_with_the_subject_before_the_backdrop():
    made = list(frames(answers([right()] * 5), green))
    assert [frame.item.frame for frame in made] == list(range(5))
    assert (made[4].image[:, :28] == (0, 255, 0)).all()
    assert np.abs(made[4].image[:, 36:].astype(int) - 200).max() <= 1


def test_a_matte_that_flickers_is_steadied():
    random = np.random.default_rng(0)
    mattes = [right(random.uniform(0.5, 0.9)) for _ in range(30)]
    made = [frame.alpha[20, 50] for frame in frames(answers(mattes), green)]
    assert np.abs(np.diff(made)).mean() < 0.25 * np.abs(np.diff([alpha[20, 50] for alpha in mattes])).mean()


def test_each_video_begins_anew():
    (first,) = frames(answers([right(0)]), green)
    (second,) = frames(answers([right()]), green)
    assert (first.alpha.max(), second.alpha[20, 50]) == (0, 1)


def test_without_a_backdrop_there_are_the_subject_and_its_alpha():
    (made,) = frames(answers([right()]), None)
    assert np.abs(made.image[:, 40:].astype(int) - 200).max() <= 1
    assert (made.alpha[:, 40:] == 1).all()


def test_frames_that_could_not_be_read_are_left_out():
    damaged = Answer(ready(IMAGE, "film"), error=ValueError("damaged"))
    assert len(list(frames([*answers([right()]), damaged], green))) == 1
