"""Flickr8k, the second stage: the captioner learns from its own captions, so that people agree with them more.

opsin train recipes/flickr8k.py --name flickr8k
opsin train recipes/flickr8k_cider.py

Rennie et al., Self-critical Sequence Training for Image Captioning, https://arxiv.org/abs/1612.00563
"""

from opsin import Recipe

RECIPE = Recipe(
    data="flickr8k",
    task="captioning",
    split=(1.0, 0.0, 0.0),
    options={
        "begin": "runs/flickr8k",
        "loss": "cider",
        "epochs": 2,
        "batch_size": 32,
        "optimizer": "adamw",
        "learning_rate": 4e-5,
        "schedule": "linear",
        "averaging": 0.98,
        "precision": "bf16",
        "seed": 1,
    },
)
