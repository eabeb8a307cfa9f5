"""Every kind of network in every format that keeps its numbers: they must come through the converters unchanged.

Eight bits are measured on 10,000 pictures, with networks that were taught: benchmarks/exports.py.
"""

import numpy as np
import pytest

from opsin.core.errors import MissingWeightsError
from opsin.data.dataset import Arrays, Dataset
from opsin.engine.export import export
from opsin.models import ARCHITECTURES, Blueprint, assemble
from opsin.nn.backend import keras
from opsin.nn.formats import FORMATS
from opsin.nn.saved import save_network
from opsin.weights.card import Card
from opsin.weights.folder import write_card

LABELS = tuple("abcdefghij")

NETWORKS = {
    "tutorial": None,
    "mobilenet_v2": "imagenet",
    "efficientnet_lite2": "imagenet",
    "vgg16": None,
    "resnet50": None,
    "convnext_tiny": None,
}
"""The networks, and what they begin with: those that come in a package with what they learned, others at random."""


@pytest.fixture(scope="module")
def patterns():
    """200 pictures (64, 64, 3) of ten kinds of stripes, in parts."""
    random, truth = np.random.default_rng(0), np.arange(200) % 10
    across = np.mgrid[:64, :64] / 64
    pictures = []
    for kind in truth:
        wave = np.sin((2 + kind % 5 * 3) * np.pi * (across[kind // 5] + random.uniform()))
        colour = 127 + 90 * wave[..., None] * random.uniform(0.4, 1, 3) + random.normal(0, 12, (64, 64, 3))
        pictures.append(np.clip(colour, 0, 255).astype(np.uint8))
    parts = np.array(["train"] * 100 + ["validation"] * 100)
    pixels = Arrays(np.stack(pictures), np.arange(200))
    return Dataset(name="patterns", labels=LABELS, pictures=pixels, truth=truth, parts=parts)


def fitted_head(model, data):
    """Solves the last layer for the training part, in closed form, so that the answers vary and are mostly right."""
    features = keras().Model(model.inputs, model.get_layer("logits").input)
    part = data.part("train")
    found = np.concatenate(
        [features.predict_on_batch(part.pictures.pixels[at : at + 20] * 1.0) for at in range(0, 100, 20)]
    )
    scale = np.abs(found).max()
    rows = np.c_[found / scale, np.ones(len(found))]
    wanted = 8.0 * np.eye(10)[part.truth]
    solved = rows.T @ np.linalg.solve(rows @ rows.T + 1e-3 * np.eye(len(rows)), wanted)
    model.get_layer("logits").set_weights([solved[:-1] / scale, solved[-1]])


@pytest.fixture(scope="module", params=NETWORKS)
def run(request, patterns, tmp_path_factory):
    """A folder with the network, taught."""
    name = request.param
    blueprint = Blueprint(size=(64, 64), labels=10, weights=NETWORKS[name])
    try:
        model = assemble(ARCHITECTURES.get(name), blueprint, keras().layers.Dense(10, name="logits"))
    except MissingWeightsError as error:
        pytest.skip(str(error))
    fitted_head(model, patterns)
    folder = tmp_path_factory.mktemp(name) / name
    save_network(model, folder / "network.keras")
    about = {"summary": "", "licence": "", "trained_on": "patterns", "task": "classification"}
    write_card(folder, Card(name=name, labels=LABELS, input_size=(64, 64), **about))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("to", [form.name for form in FORMATS if form.is_exact])
def test_a_network_gives_the_same_answers_in_every_format(run, patterns, to, record_property):
    done = export(run, to=to, data=patterns, pictures=100)
    for engine, parity in done.parity.items():
        record_property(engine, parity.to_dict())
    assert all(parity.labels > 2 for parity in done.parity.values())
