"""A subject before another background."""

import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.draw.composite import BAND, composite


def pictures(seed=0, size=(9, 13)):
    random = np.random.default_rng(seed)
    subject, behind = (random.integers(0, 256, (*size, 3), np.uint8) for _ in range(2))
    return subject, random.random(size, np.float32), behind


@pytest.mark.parametrize("size", [(9, 13), (2 * BAND // 90 + 1, 90), (2, BAND + 1)])
def test_it_is_the_mean_of_the_two_weighted_by_alpha(size):
    subject, alpha, behind = pictures(size=size)
    expected = alpha[..., None] * subject + (1 - alpha[..., None]) * behind
    assert np.abs(composite(subject, alpha, behind) - expected).max() <= 1.6


def test_all_subject_is_the_subject_and_none_the_backdrop():
    subject, alpha, behind = pictures()
    assert (composite(subject, np.ones_like(alpha), behind) == subject).all()
    assert (composite(subject, np.zeros_like(alpha), behind) == behind).all()


def test_a_picture_before_itself_stays():
    subject, alpha, _ = pictures()
    assert np.abs(composite(subject, alpha, subject).astype(int) - subject).max() <= 1


def test_inputs_are_left_alone():
    given = pictures()
    kept = [each.copy() for each in given]
    composite(*given)
    assert all((one == other).all() for one, other in zip(given, kept, strict=True))


def test_what_differs_in_size_is_refused():
    subject, alpha, behind = pictures()
    with pytest.raises(InputError, match=r"^alpha must have the image's height and width \(9, 13\); got \(9, 12\)\.$"):
        composite(subject, alpha[:, 1:], behind)
    with pytest.raises(InputError, match=r"^The backdrop must have .* \(9, 13\); got \(8, 13\)\.$"):
        composite(subject, alpha, behind[1:])
