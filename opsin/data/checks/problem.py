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
        things: the numbers of the boxes concerned, in the one picture; none where it concerns all of the picture.
    """

    kind: str
    said: str
    pictures: tuple[int, ...] = ()
    weight: float = 0.0
    things: tuple[int, ...] = ()


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
        name="missing",
        title="Pictures that are missing",
        why="What is said of them is lost.",
        remedy="Put them where the file says, or take what it says of them out.",
    ),
    Kind(
        name="mask_size",
        title="Masks of another size than their pictures",
        why="They belong to other pictures, or to larger or smaller copies. Nothing can be learned from them.",
        remedy="Draw them on the pictures that are here, or scale them without mixing their numbers.",
    ),
    Kind(
        name="unknown_mark",
        title="Masks that say what nobody can understand",
        why="A number or a colour in them is of no class. Where there are many, the masks were saved as JPEG, which "
        "mixes colours, or the legend is another's.",
        remedy="Name it in legend.csv, or save the masks anew as PNG.",
    ),
    Kind(
        name="unreadable_mask",
        title="Masks that cannot be read",
        why="What their pictures show is lost.",
        remedy="Get fresh copies, or take them away.",
    ),
    Kind(
        name="no_mask",
        title="Pictures that have no mask",
        why="They are left out of training.",
        remedy="Give the mask the name of its picture, in a folder masks beside images; or take the picture out.",
    ),
    Kind(
        name="lone_mask",
        title="Masks that no picture belongs to",
        why="The picture is missing, or has another name.",
        remedy="Give the picture the name of its mask, or take the mask away.",
    ),
    Kind(
        name="no_caption",
        title="Pictures without a caption",
        why="They are left out of training.",
        remedy="Write what they show, or take them out.",
    ),
    Kind(
        name="lone_caption",
        title="Captions of an unknown picture",
        why="Nobody can say what they are about. They are left out of training.",
        remedy="Name the picture in the file, or take the caption out.",
    ),
    Kind(
        name="unknown",
        title="Boxes of an unknown class or picture",
        why="Nobody can say what they are around. They are left out of training, and so teach that nothing is there.",
        remedy="Add the class or the picture to its list, or take the boxes out.",
    ),
    Kind(
        name="swapped_box",
        title="Boxes with swapped corners",
        why="Their right is left of their left, or their bottom above their top. They are left out of training, and so "
        "teach that nothing is there.",
        remedy="Swap them back, or draw them anew.",
    ),
    Kind(
        name="empty_box",
        title="Boxes without an inside",
        why="They have no width or no height: often a click that slipped. They are left out of training.",
        remedy="Delete them, or draw them anew where something is.",
    ),
    Kind(
        name="outside",
        title="Boxes that reach out of the picture",
        why="Far outside, the box belongs to another picture or to another size of this one. Training cuts off what is "
        "outside.",
        remedy="Look whether the box sits on its thing. Where it does, cut it at the border.",
    ),
    Kind(
        name="other_size",
        title="Pictures of another size than is written down",
        why="The boxes may have been drawn on a larger or smaller copy, or on one that lay on its side: then they sit "
        "in the wrong places. Opsin goes by the picture.",
        remedy="Look whether the boxes sit on their things. Scale them where they do not; else mend the size.",
    ),
    Kind(
        name="twin_box",
        title="Things that are marked twice",
        why="A network learns to find each of them twice, and is marked down when it finds it once.",
        remedy="Delete one of the two boxes.",
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
        name="tiny_box",
        title="Very small boxes",
        why="Pictures are made smaller for a network; of a thing this small a few pixels are left.",
        remedy="Delete those that are slips. Where such things matter, train with a larger --image-size, or cut the "
        "pictures into tiles.",
    ),
    Kind(
        name="no_things",
        title="Pictures in which nothing is marked",
        why="They teach what does not count, which is good where it is meant, and harmful where marking was forgotten.",
        remedy="Look at each. Mark what is in it, or keep it when there is nothing.",
    ),
    Kind(
        name="one_class",
        title="Masks that are all of one class",
        why="They teach what does not count, which is good where it is meant, and harmful where marking was forgotten.",
        remedy="Look at each. Mark what is in it, or keep it when there is nothing else.",
    ),
    Kind(
        name="few",
        title="Classes with few examples",
        why="What only some pictures have in common by chance is learned as if it were the class.",
        remedy="Add pictures of it; 50 are a beginning, more are better. Or put the class together with another.",
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
