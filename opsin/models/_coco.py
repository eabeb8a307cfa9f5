"""The labels of COCO, by the numbers that networks know them by.

Lin et al., Microsoft COCO: Common Objects in Context, 2014, https://arxiv.org/abs/1405.0312
"""

from __future__ import annotations

LABELS = (
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "airplane",
    "bus",
    "train",
    "truck",
    "boat",
    "traffic light",
    "fire hydrant",
    "stop sign",
    "parking meter",
    "bench",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
    "backpack",
    "umbrella",
    "handbag",
    "tie",
    "suitcase",
    "frisbee",
    "skis",
    "snowboard",
    "sports ball",
    "kite",
    "baseball bat",
    "baseball glove",
    "skateboard",
    "surfboard",
    "tennis racket",
    "bottle",
    "wine glass",
    "cup",
    "fork",
    "knife",
    "spoon",
    "bowl",
    "banana",
    "apple",
    "sandwich",
    "orange",
    "broccoli",
    "carrot",
    "hot dog",
    "pizza",
    "donut",
    "cake",
    "chair",
    "couch",
    "potted plant",
    "bed",
    "dining table",
    "toilet",
    "tv",
    "laptop",
    "mouse",
    "remote",
    "keyboard",
    "cell phone",
    "microwave",
    "oven",
    "toaster",
    "sink",
    "refrigerator",
    "book",
    "clock",
    "vase",
    "scissors",
    "teddy bear",
    "hair drier",
    "toothbrush",
)
"""The 80 things with boxes, in COCO's order."""

_NEVER_LABELLED = (0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""COCO's own numbers go to 90. These are of things that no picture has boxes for; 0 is the background."""


def labels_by_coco_number() -> tuple[str, ...]:
    """91 labels, each in the place of its number in COCO's files; what has no boxes there is "unlabelled".

    >>> labels_by_coco_number()[1], labels_by_coco_number()[90]
    ('person', 'toothbrush')
    """
    known = iter(LABELS)
    return tuple("unlabelled" if number in _NEVER_LABELLED else next(known) for number in range(91))
