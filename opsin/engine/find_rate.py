"""Look for a good learning rate by trying all of them, from much too low to much too high.

Smith, Cyclical Learning Rates for Training Neural Networks, https://arxiv.org/abs/1506.01186
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.engine.feeding import feed, shuffled
from opsin.engine.lesson import Split, lesson_for
from opsin.engine.network import BATCH, built, compiled
from opsin.engine.watching import Silent, Watch
from opsin.store.files import write_atomically

LOWEST, HIGHEST, STEPS = 1e-6, 1.0, 100
SMOOTHING = 0.9
"""How much of the mean loss so far stays at each step; single batches vary too much to be read."""
TOO_FAR = 4.0
"""The search ends when the loss is so many times the lowest."""


@dataclass(frozen=True, eq=False)
class RateSearch:
    """What each learning rate did.

    Attributes:
        rates: (n,) tried, rising.
        losses: (n,) the smoothed loss after a step with each.
        suggested: the rate in the middle of its longest fall.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    suggested: float

    def draw(self, path: str | Path) -> None:
        """Writes a PNG: the loss over the rates, the suggested one marked."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6, 4), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.semilogx(self.rates, self.losses)
        axes.axvline(self.suggested, linestyle="--", color="tab:orange", label=f"suggested: {self.suggested:.2g}")
        axes.set(xlabel="learning rate", ylabel="loss (smoothed)")
        axes.grid(alpha=0.3)
        axes.legend()
        with write_atomically(Path(path)) as file:
            figure.savefig(file, format="png")


def find_rate(
    data: Any,
    model: Any = None,
    *,
    task: str = "classification",
    split: Split = (0.8, 0.1, 0.1),
    labels: Sequence[str] = (),
    ignore: Sequence[int] = (),
    watch: Watch | None = None,
    **options: Any,
) -> RateSearch:
    """Try 100 learning rates, one a step, each a little higher, and suggest one. Nothing is kept of the training.

    Args:
        data: as in `opsin.train`, and so are all others.
        model: the network.
        task: what is to be learned.
        split: of data that are not split.
        labels: what the numbers in masks stand for.
        ignore: numbers in masks of pixels of which nothing is said.
        watch: is told how far it is.
        options: as in `TrainOptions`.
    """
    watch = watch or Silent()
    lesson = lesson_for(data, model, task, split, options, labels=labels, ignore=ignore)
    plan = dataclasses.replace(lesson.plan, schedule="constant", learning_rate=LOWEST, steps_per_call=1)
    some = plan.pictures(lesson.data.part("train"))
    chosen = shuffled(len(some), lesson.options.seed, 0)[: STEPS * plan.batch_size]
    learns = feed(some.take(chosen), lesson.teacher.encode, lesson.reading, watch)
    network = built(lesson.architecture, plan, lesson.options, lesson.teacher, lesson.data.labels)
    teacher = lesson.teacher.for_network(network)
    teacher.acquaint(learns.batches(BATCH))
    compiled(network, plan, lesson.options, teacher, len(learns))
    rates = np.geomspace(LOWEST, HIGHEST, STEPS)
    losses = _tried(network, learns, plan.batch_size, rates, watch)
    return RateSearch(rates[: len(losses)], losses, _valley(rates[: len(losses)], losses))


def _tried(network: Any, learns: Any, batch_size: int, rates: NDArray[Any], watch: Watch) -> NDArray[np.float64]:
    """The smoothed loss after each rate, up to the one where it runs away."""
    mean, losses = 0.0, []
    for step, rate in enumerate(rates):
        network.optimizer.learning_rate = rate
        start = step * batch_size % max(1, len(learns) - batch_size + 1)
        indices = np.arange(start, min(start + batch_size, len(learns)))
        network.reset_metrics()
        # A network without other figures answers with the loss alone.
        loss = float(np.ravel(network.train_on_batch(learns.read(indices), learns.rows(indices)))[0])
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        losses.append(mean / (1 - SMOOTHING ** (step + 1)))  # as Adam does: the mean begins at 0
        watch.step(1, step + 1, len(rates), losses[-1])
        if not np.isfinite(loss) or losses[-1] > TOO_FAR * min(losses):
            losses.pop()
            break
    return np.array(losses)


def _valley(rates: NDArray[Any], losses: Sequence[float] | NDArray[Any]) -> float:
    """The rate in the middle of the longest fall of the loss, which neither a noisy start nor the lowest point moves.

    The rule is fastai's, https://docs.fast.ai/callback.schedule.html: of the longest decreasing subsequence, the place
    at a third and a half of a third.

    >>> round(_valley(np.geomspace(1e-6, 1, 7), [2.0, 2.1, 2.0, 1.5, 1.0, 0.9, 3.0]), 9)
    1e-05
    """
    length = np.ones(len(losses), int)  # of the longest fall that ends at each place
    for end in range(1, len(losses)):
        higher = np.asarray(losses[:end]) > losses[end]
        length[end] = 1 + (length[:end][higher].max() if higher.any() else 0)
    end = int(length.argmax())
    start, third = end - int(length[end]), int(length[end]) // 3
    return float(rates[max(0, start + third + third // 2)])
