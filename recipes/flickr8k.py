"""Flickr8k: a captioner from 6,000 photographs with five captions each.

opsin train recipes/flickr8k.py

The photographs and their captions are asked for at https://hockenmaier.cs.illinois.edu/Framing_Image_Description/; they
are for research and education. Put them into flickr8k/, with Flickr8k.token.txt or captions.json beside them.

Hodosh, Young and Hockenmaier, Framing Image Description as a Ranking Task, JAIR 47 (2013).
"""

from opsin import Recipe

RECIPE = Recipe(
    data="flickr8k",
    task="captioning",
    split=(1.0, 0.0, 0.0),
    options={
        "epochs": 14,
        "batch_size": 32,
        "optimizer": "adamw",
        "learning_rate": 8e-4,
        "weight_decay": 0.02,
        "averaging": 0.999,
        "precision": "bf16",
        "seed": 1,
    },
)
