"""What `opsin train` can be asked. Each is a keyword in Python and a flag on the command line."""

from __future__ import annotations

from dataclasses import dataclass

from opsin.core.options import Checked, option

OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop", "adagrad", "nadam", "lion", "muon")
SCHEDULES = ("constant", "cosine", "one_cycle", "linear")


@dataclass(frozen=True, kw_only=True)
class TrainOptions(Checked):
    """How to train. What is left at None or "auto" is chosen from the data and the network, and told.

    Raises:
        OptionError: for a value of the wrong type, out of range, or not among the choices.
    """

    epochs: int = option(10, help="How often to go through the pictures.", low=1)
    batch_size: int | None = option(
        None, help="Pictures a step. 128 for small pictures, 32 for photographs, less where there are few.", low=1
    )
    image_size: int | None = option(None, help="Side of the network's input in pixels; the data's or network's.", low=1)
    fit: str = option(
        "auto",
        help="How a picture is brought to that size: all of it squeezed, its middle, all of it with borders, as a "
        "single character, or not at all but in tiles (of a segmenter, for fine things in large pictures).",
        choices=("auto", "squeeze", "crop", "letterbox", "ink", "tiles"),
    )
    weights: str = option(
        "auto",
        help="Begin with what was learned on ImageNet, or with random numbers.",
        choices=("auto", "imagenet", "none"),
    )
    begin: str | None = option(
        None, help="Begin with what a run has learned: its folder. It must tell the same labels apart."
    )
    frozen_epochs: int | None = option(
        None, help="With ImageNet's weights: epochs for the last layer alone, before all is tuned.", low=0
    )
    tuned: float = option(
        1.0,
        help="With ImageNet's weights: share of their layers that learn, from the last one down; the first cost most.",
        low=0.0,
        high=1.0,
    )
    augment: str = option(
        "auto",
        help="Change the pictures at random while training. See: opsin data preview.",
        choices=("auto", "none", "light", "standard", "strong"),
    )
    flips: str = option(
        "auto",
        help="Whether a mirror image shows the same: no for signs and writing; all for pictures from straight above or "
        "through a microscope, which show the same whichever way they are turned.",
        choices=("auto", "yes", "no", "all"),
    )
    optimizer: str = option("adam", help="Keras's optimizer.", choices=OPTIMIZERS)
    learning_rate: float | None = option(None, help="The highest learning rate. See also --find-lr.", low=0.0)
    schedule: str = option("auto", help="How the learning rate changes.", choices=("auto", *SCHEDULES))
    weight_decay: float = option(0.0, help="Share of each weight taken off, times the learning rate.", low=0.0)
    clip: float | None = option(
        None,
        help="Shorten the gradients of a step where their norm is above this; 0: never. The task's own if left out.",
        low=0.0,
    )
    momentum: float = option(0.9, help="Of the optimizer sgd, with Nesterov's step.", low=0.0, high=1.0)
    averaging: float = option(
        0.0, help="Keep a moving average of the weights with this momentum, and use it.", low=0.0, high=0.99999
    )
    head: str = option(
        "auto",
        help="Of a segmenter, how feature maps become labels: deeplab looks far and is quick, unet sees thin things.",
        choices=("auto", "deeplab", "unet"),
    )
    loss: str = option(
        "auto",
        help="What is made small. Of a classifier crossentropy or focal; of a segmenter crossentropy, focal, dice, "
        "boundary, or a sum, as crossentropy+dice; of a captioner crossentropy, or cider: its own captions are judged.",
    )
    label_smoothing: float = option(0.0, help="Share of certainty spread over all labels.", low=0.0, high=0.99)
    class_weights: str = option(
        "auto", help="Count rare classes more: always, never, or when 3 to 1 or worse.", choices=("auto", "yes", "no")
    )
    dropout: float | None = option(None, help="Share of features left out before the last layer.", low=0.0, high=0.99)
    patience: int | None = option(None, help="End when so many epochs have brought nothing better.", low=1)
    validate_every: int = option(1, help="Judge by the validation pictures after every so many epochs.", low=1)
    precision: str = option("f32", help="Numbers while training. bf16 halves the work.", choices=("f32", "bf16"))
    steps_per_call: int | None = option(None, help="Steps that Keras does at a time.", low=1)
    views: str = option(
        "one",
        help="What the finished network looks at: the picture; its mirror image too; or its four neighbours a pixel "
        "away too. The answers are averaged; each view costs as much as one.",
        choices=("one", "mirrored", "shifted"),
    )
    seed: int = option(0, help="Of everything that is random.", low=0)
    deterministic: bool = option(False, help="The same numbers to the last bit, every time; slower.")
