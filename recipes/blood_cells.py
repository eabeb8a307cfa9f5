"""Red cells, white cells and platelets in blood, found and counted: 205 labelled pictures, an hour of two cores.

    opsin train recipes/blood_cells.py

It wants the folder `bccd`, the BCCD data (https://github.com/Shenggan/BCCD_Dataset, MIT), where it is run.
"""

from __future__ import annotations

import opsin

RECIPE = opsin.Recipe(
    data="bccd",
    task="detection",
    model="efficientnet_lite0",
    gives={"ap50": 0.88, "ap": 0.58},
    about="90 minutes of one core of an AMD EPYC",
    options={
        "epochs": 120,
        "image_size": 416,
        "optimizer": "adamw",
        "weight_decay": 0.05,
        "flips": "all",  # a blood smear has no up and no down
        "validate_every": 10,
        "seed": 1,
    },
)
