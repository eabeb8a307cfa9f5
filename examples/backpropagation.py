"""What a step of backpropagation changes, in pictures: on one digit, with a network small enough to look at.

    python examples/backpropagation.py pictures/

Writes one-step.jpg, step-size.jpg and filters.jpg, which docs/how-it-works.md explains, and prints the figures.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import opsin
from opsin.nn.backend import keras

plt.switch_backend("agg")  # draw into files; open no window
keras = keras()  # Keras on the backend that is installed, without its chatter
layers = keras.layers

LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

FILTERS, SIDE, BATCH = 8, 5, 64
SHOWN = 2
"""Which of the filters is followed through a step."""
RATE = 0.05
SIZES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Lengths of one step, to be compared."""
JUDGED = 256
"""So many digits the loss is taken of."""
MOMENTS = (0, 1, 10, 100, 400)
"""After how many steps the filters are shown."""


Digits = tuple[np.ndarray, np.ndarray]
"""Pictures (n, 28, 28, 1) in 0..1, and what they are (n,)."""


def pictures() -> Digits:
    """The digits to learn from."""
    data = opsin.data.load("mnist").part("train").take(np.arange(BATCH * MOMENTS[-1]))
    return data.pictures.pixels.astype("float32") / 255, data.truth


def network(rate: float):
    """One convolution, one pooling, one dense layer."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(FILTERS, SIDE, activation="relu"),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(rate), loss=LOSS)
    return model


def filters(model) -> np.ndarray:
    """The filters (SIDE, SIDE, FILTERS) of the convolution."""
    return np.asarray(model.layers[0].get_weights()[0])[:, :, 0]


def loss_of(model, digits: np.ndarray, truth: np.ndarray) -> float:
    """How wrong the network is about digits, on average: 0 when it is certain and right."""
    return float(LOSS(truth, model(digits)))


def losses_after_a_step(learned: Digits, others: Digits) -> list[tuple[float, float]]:
    """For each of `SIZES`: one step of the new network from some digits; their loss after it, and that of others."""
    model = network(RATE)
    start, losses = model.get_weights(), []
    for rate in SIZES:
        model.set_weights(start)
        model.optimizer.learning_rate = rate
        model.train_on_batch(*learned)
        losses.append((loss_of(model, *learned), loss_of(model, *others)))
    return losses


def step_size(folder: Path) -> None:
    """Draw the loss after one step, over the step's length."""
    digits, truth = pictures()
    some, rest = slice(BATCH), slice(BATCH, BATCH + JUDGED)
    losses = losses_after_a_step((digits[some], truth[some]), (digits[rest], truth[rest]))
    for rate, (_, of_others) in zip(SIZES, losses, strict=True):
        print(f"loss of {JUDGED} other digits after a step of {rate:g}: {of_others:.3f}")
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    axes.plot(range(len(SIZES)), losses, marker="o", label=[f"the {BATCH} digits learned from", f"{JUDGED} others"])
    axes.set_xticks(range(len(SIZES)), [f"{rate:g}" for rate in SIZES])
    axes.set(xlabel="learning rate: length of the step", ylabel="loss after it")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(folder / "step-size.jpg", dpi=100)


def one_step(digit: np.ndarray, truth: np.ndarray, folder: Path) -> None:
    """Learn once from one digit, and draw a filter before, its gradient, and the filter after."""
    model = network(RATE)
    before, loss_before = filters(model), loss_of(model, digit, truth)
    model.train_on_batch(digit, truth)
    after, loss_after = filters(model), loss_of(model, digit, truth)
    # A step of plain gradient descent is  after = before - rate * gradient;  so this is what Keras worked out:
    gradient = (before - after) / RATE
    print(f"loss of the digit before the step: {loss_before:.3f}, after it: {loss_after:.3f}")
    print(f"the largest change of a weight in the filters: {np.abs(after - before).max():.4f}")
    shown = [("the digit", digit[0, :, :, 0]), ("filter before", before[..., SHOWN])]
    shown += [("its gradient", gradient[..., SHOWN]), ("filter after", after[..., SHOWN])]
    figure, axes = plt.subplots(1, 4, figsize=(8, 2.3), layout="constrained")
    for each, (title, values) in zip(axes, shown, strict=True):
        draw(each, values, title, "gray" if title == "the digit" else "RdBu_r")
    figure.savefig(folder / "one-step.jpg", dpi=100)


def draw(axes, values: np.ndarray, title: str, colours: str) -> None:
    """A small map of numbers. In red and blue, white is 0."""
    limit = np.abs(values).max()
    axes.imshow(values, cmap=colours, vmin=0 if colours == "gray" else -limit, vmax=limit)
    axes.set_title(title, fontsize=10)
    axes.set_axis_off()


def training(folder: Path) -> None:
    """Learn from many digits, and draw the filters as they change."""
    digits, truth = pictures()
    model = network(RATE * 2)
    figure, axes = plt.subplots(len(MOMENTS), FILTERS, figsize=(8, 5.4), layout="constrained")
    for step in range(MOMENTS[-1] + 1):
        if step in MOMENTS:
            row = axes[MOMENTS.index(step)]
            for number, each in enumerate(row):
                draw(each, filters(model)[..., number], f"step {step}" if number == 0 else "", "RdBu_r")
            print(f"step {step}: loss of {JUDGED} digits {loss_of(model, digits[:JUDGED], truth[:JUDGED]):.3f}")
        batch = slice(step * BATCH, (step + 1) * BATCH)
        if step < MOMENTS[-1]:
            model.train_on_batch(digits[batch], truth[batch])
    figure.savefig(folder / "filters.jpg", dpi=100)


def main(folder: str) -> None:
    """All three pictures."""
    to = Path(folder)
    to.mkdir(parents=True, exist_ok=True)
    data = opsin.data.load("mnist").part("test")
    digit, truth = data.pictures.pixels[:1].astype("float32") / 255, data.truth[:1]
    one_step(digit, truth, to)
    step_size(to)
    training(to)


if __name__ == "__main__":
    main(*sys.argv[1:])
