"""Is it a head or a page? The nose stands out of the plane of eyes and mouth, and a page has nothing that stands out.

The eyes and the corners of the mouth lie near to one plane. Of a plane, two views are always related by a homography
(Hartley and Zisserman, Multiple View Geometry, 2004, 13.1), and four points fix it: whichever way a flat picture is
held, turned, moved or brought closer, the homography that carries its eyes and mouth corners from one view to the other
carries its nose too. Of a head it does not. With the nose a height d above the plane, a turn by an angle a moves it
about d sin a away from where the plane would carry it: the parallax, in computer vision "plane plus parallax" (Irani
and Anandan, 1996, https://doi.org/10.1007/BFb0015521); as a test against photographs held up, see De Marsico et al.,
Moving Face Spoofing Detection via 3D Projective Invariants, ICB 2012, https://doi.org/10.1109/ICB.2012.6199761.

Measured from eyes to mouth, the nose stands out by about 0.4: a turn of 30 degrees gives 0.2, and narrows the face to
cos a = 0.87. A page bent round a pole stands out too, by the sagitta of its arc; but for that to give 0.2 it must be
bent and turned so far that the face becomes much narrower than a head's does. So the width is looked at as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
"""(5, 2) right eye, left eye, nose, right and left corner of the mouth, as `opsin.tasks.faces.POINTS`."""

PLANE = [0, 1, 3, 4]
NOSE = 2


@dataclass(frozen=True)
class Pose:
    """How a head is turned, against how it looked ahead.

    Attributes:
        turn: the parallax of the nose across the face, in heights from eyes to mouth; positive to the person's left.
        width: from eye to eye, in the same heights, as a share of what it was.
    """

    turn: float
    width: float


def upright(points: ArrayLike) -> Points:
    """The points with the plane's middle at 0, 0, the mouth straight below the eyes, 1 away from them.

    Points that all lie on one another stay there.

    >>> upright([[10, 10], [30, 10], [20, 20], [12, 30], [28, 30]]).tolist()
    [[-0.5, -0.5], [0.5, -0.5], [0.0, 0.0], [-0.4, 0.5], [0.4, 0.5]]
    """
    given = np.asarray(points, np.float64).reshape(5, 2)
    down = given[3:].mean(axis=0) - given[:2].mean(axis=0)
    length = max(float(np.hypot(*down)), 1e-9)
    (right, below) = down / length
    turned: Points = (given - given[PLANE].mean(axis=0)) @ np.array([[below, right], [-right, below]]) / length
    return turned


def height(points: ArrayLike) -> float:
    """From the middle between the eyes to the middle of the mouth, in pixels: it says how near a face is, and turning
    to a side does not change it."""
    given = np.asarray(points, np.float64).reshape(5, 2)
    return float(np.hypot(*(given[3:].mean(axis=0) - given[:2].mean(axis=0))))


def asymmetry(points: ArrayLike) -> float:
    """How far the nose lies beside the middle of eyes and mouth, in heights from eyes to mouth: about 0 for a face that
    looks ahead; positive to the person's left."""
    return float(upright(points)[NOSE, 0])


def pose(ahead: ArrayLike, points: ArrayLike) -> Pose:
    """How a head is turned.

    Args:
        ahead: (5, 2) of the face when it looked ahead.
        points: (5, 2) of it now, in pixels of any picture.

    >>> ahead = [[-0.5, -0.5], [0.5, -0.5], [0, 0], [-0.4, 0.5], [0.4, 0.5]]
    >>> pose(ahead, [[7, 10], [15, 10], [12.6, 18], [7.8, 26], [14.2, 26]])
    Pose(turn=0.1, width=0.5)
    """
    before, now = upright(ahead), upright(points)
    carried = _carried(_homography(before[PLANE], now[PLANE]), before[NOSE])
    width = _across(now) / max(_across(before), 1e-9)
    turn = float(now[NOSE, 0] - carried[0])
    # Points that lie on one another or in a line tell of no turn.
    return Pose(round(turn, 4), round(width, 4)) if np.isfinite(turn) else Pose(0.0, 0.0)


def _across(points: Points) -> float:
    return float(np.hypot(*(points[1] - points[0])))


def _homography(points: Points, targets: Points) -> Points:
    """(3, 3) that carries four points to four others."""
    rows: list[list[Any]] = []
    for (x, y), (u, v) in zip(points, targets, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    # Least squares, since it has an answer where points coincide, too.
    solved = np.linalg.lstsq(np.array(rows), targets.reshape(-1), rcond=None)[0]
    return np.append(solved, 1.0).reshape(3, 3)


def _carried(by: Points, point: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, scale = by @ np.append(point, 1.0)
    return np.array([x, y]) / scale if abs(scale) > 1e-9 else np.full(2, np.nan)
