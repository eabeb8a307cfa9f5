"""What can be wrong with labelled pictures: the kinds, in words for a person, and one thing found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of problem.

    Attributes:
        name: in files that programs read.
        title: what is found.
        why: why it matters.
        remedy: what to do.
        is_leak: whether figures measured on the data could not be trusted.
    """

    name: str
    title: str
    why: str
    remedy: str
    is_leak: bool = False


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing found.

    Attributes:
        kind: name of its kind.
        said: what is wrong, in a few words.
        pictures: the numbers of the pictures concerned; none where it concerns a class.
        weight: the higher, the worse among its kind.
    """

    kind: str
    said: str
    pictures: tuple[int, ...] = ()
    weight: float = 0.0


_JUDGED = "A network is then judged by pictures that it has learned by heart, and looks better than it is."
_APART = "Keep each picture in one part only. Opsin splits in that way: opsin data split DATA --into DIR"
_NOISE = "What a picture shows is learned from its label: a wrong one teaches the wrong thing, and in the test part \
a right answer counts as wrong."

KINDS = (
    Kind(
        name="leak",
        title="The same picture in two parts",
        why=_JUDGED,
        remedy=_APART,
        is_leak=True,
    ),
    Kind(
        name="near_leak",
        title="Nearly the same picture in two parts",
        why=_JUDGED,
        remedy=_APART,
        is_leak=True,
    ),
    Kind(
        name="group_leak",
        title="One group in two parts",
        why="Pictures of one group (a person, a place, a film) have much in common beside their labels. " + _JUDGED,
        remedy=_APART,
        is_leak=True,
    ),
    Kind(
        name="unreadable",
        title="Pictures that cannot be read",
        why="They are left out of training.",
        remedy="Get fresh copies, or delete them.",
    ),
    Kind(
        name="conflict",
        title="One picture with different labels",
        why=_NOISE,
        remedy="Decide which label is right, and delete the other copies.",
    ),
    Kind(
        name="mislabelled",
        title="Labels that are probably wrong",
        why=_NOISE,
        remedy="Look at each. Move it to the right class, or delete it when it shows neither. The surest come first; "
        "some will be right.",
    ),
    Kind(
        name="absent",
        title="Classes that a part lacks",
        why="How well such a class is recognised cannot be said.",
        remedy="Add pictures of it, or split again: opsin data split DATA --into DIR",
    ),
    Kind(
        name="few",
        title="Classes with few pictures",
        why="What only some pictures have in common by chance is learned as if it were the class.",
        remedy="Add pictures; 50 are a beginning, more are better. Or put the class together with another.",
    ),
    Kind(
        name="imbalance",
        title="Classes of very different sizes",
        why="A network that has seen one class far more often guesses it far more often.",
        remedy="Add pictures of the small classes. Training counts rare classes more by itself; judge by the figures "
        "of each class, not by accuracy alone.",
    ),
    Kind(
        name="duplicate",
        title="The same picture more than once",
        why="It counts more than others, and may end up on both sides of a split.",
        remedy="Delete all but one. Opsin's own split keeps them on one side.",
    ),
    Kind(
        name="near_duplicate",
        title="Nearly the same picture more than once",
        why="They count more than others, and may end up on both sides of a split.",
        remedy="Delete all but one, unless they were meant. Opsin's own split keeps them on one side.",
    ),
    Kind(
        name="empty",
        title="Pictures that show nothing",
        why="There is nothing in them to learn.",
        remedy="Delete them.",
    ),
    Kind(
        name="blurred",
        title="Blurred pictures",
        why="Details that tell classes apart are gone. It is measured against the other pictures of the data.",
        remedy="Keep them if pictures to be recognised will be blurred as well; else delete them.",
    ),
    Kind(
        name="dark",
        title="Dark pictures",
        why="Little can be seen in them.",
        remedy="Keep them if pictures to be recognised will be dark as well; else delete them.",
    ),
    Kind(
        name="bright",
        title="Overexposed pictures",
        why="Little can be seen in them.",
        remedy="Keep them if pictures to be recognised will be so bright as well; else delete them.",
    ),
    Kind(
        name="size",
        title="Pictures of an odd size",
        why="One that is far smaller than the others shows less. Something else may be in it, such as an icon.",
        remedy="Look at each; get larger copies where there are any.",
    ),
    Kind(
        name="shape",
        title="Pictures of an odd shape",
        why="All pictures are brought to one shape: what is far longer or wider is squeezed, or loses its ends.",
        remedy="Cut out what matters, or train with --fit letterbox.",
    ),
    Kind(
        name="turned",
        title="Pictures that lie on their side, with a note that they do",
        why="Opsin reads the note (EXIF) and turns them upright. Other programs may show, or learn, them lying.",
        remedy="Nothing to do for Opsin. Save them upright if other programs will use them.",
    ),
)
"""Every kind, the worst first."""
