"""What each kind of layer does, in a sentence for somebody who sees it for the first time."""

from __future__ import annotations

_RELU = "Sets all that is below 0 to 0: what a filter did not find is no longer heard."

WORDS = {
    "Rescaling": "Brings the pixels from 0 to 255 into the range that the network wants.",
    "Normalization": "Brings each colour to the mean and the spread that the network wants.",
    "Conv2D": "Slides small filters over the picture, or over the maps before. Each filter answers with a map of its "
    "own: yellow where it has found what it looks for.",
    "DepthwiseConv2D": "Slides one small filter over each map by itself.",
    "SeparableConv2D": "Slides one small filter over each map by itself, then mixes the maps.",
    "MaxPooling2D": "Keeps the highest number of each small square. The maps become smaller; what was found stays, "
    "where exactly matters less.",
    "AveragePooling2D": "Keeps the mean of each small square. The maps become smaller.",
    "GlobalAveragePooling2D": "Keeps one number of each map, its mean: how much of its pattern there is, wherever it "
    "lies.",
    "GlobalMaxPooling2D": "Keeps one number of each map, its highest: whether its pattern is there, wherever it lies.",
    "Flatten": "Lays the numbers of all maps in one long row.",
    "Dense": "Weighs all numbers before it against each other, and answers a new row of numbers. What speaks for a "
    "thing counts up, what speaks against it counts down.",
    "Dropout": "Leaves out numbers at random while the network learns, so that it relies on none too much. It does "
    "nothing now.",
    "BatchNormalization": "Brings each map to a similar mean and spread, which makes learning quicker.",
    "LayerNormalization": "Brings the numbers of each place to a similar mean and spread.",
    "ReLU": _RELU,
    "Activation (relu)": _RELU,
    "Add": "Adds the maps of an earlier layer, so that what was known is not lost.",
    "Multiply": "Makes some maps louder and others softer.",
    "Concatenate": "Lays the maps of several layers beside each other.",
    "ZeroPadding2D": "Adds a border, so that filters can look at the edge.",
    "UpSampling2D": "Makes the maps larger.",
    "Conv2DTranspose": "Makes the maps larger, with filters.",
}
"""By the kind of a step."""

_BENDS = "Bends the numbers: what is low is held back, what is high goes on."

LOGITS = "One number for each label: the higher, the more speaks for it. Softmax makes scores of them that add up to 1."


def words(kind: str) -> str:
    """What a kind of layer does; nothing for one that has no words.

    >>> words("Flatten")
    'Lays the numbers of all maps in one long row.'
    """
    return WORDS.get(kind, _BENDS if kind.startswith("Activation") else "")
