from pathlib import Path

import numpy as np
import pytest

from opsin.media.alignment import aligned
from opsin.media.sources import read_image
from opsin.models import card_of, open_model
from opsin.runtime.network import Place
from opsin.tasks.embedding import EmbeddingOptions
from opsin.tasks.faces import FacesOptions
from opsin.uses.embedded_faces import BATCH, EmbeddedFaces

LFW = Path(__file__).parents[3] / "shared" / "data" / "lfw_dev" / "images"
BRIGHT = np.full((64, 64, 3), 250, np.uint8)


@pytest.fixture
def tiny():
    return open_model("yunet_sface_tiny", Place())


@pytest.fixture
def embedder(trained):
    return trained("yunet_sface")


def lfw(name, number):
    path = LFW / name / f"{name}_{number:04}.jpg"
    if not path.exists():
        pytest.skip("../shared/data/lfw_dev is not here")
    return read_image(path)


def test_every_face_has_an_embedding_of_length_one(tiny):
    answer = tiny.run([BRIGHT], FacesOptions())[0]
    assert len(answer.scores) == len(answer.embeddings) > 0
    assert np.linalg.norm(answer.embeddings, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_faces_have_no_embeddings(tiny):
    assert len(tiny.run([BRIGHT * 0], FacesOptions())[0].embeddings) == 0


def test_an_embedding_is_that_of_the_face_cut_out_by_its_points(tiny):
    answer = tiny.run([BRIGHT], FacesOptions())[0]
    crop = aligned(BRIGHT, answer.points[2])
    alone = tiny.parts["embedding"].run([crop], EmbeddingOptions())[0].vector
    assert answer.embeddings[2] == pytest.approx(alone, abs=1e-6)


def test_a_crowd_goes_through_the_network_a_few_at_a_time(tiny, monkeypatch):
    seen, part = [], tiny.parts["embedding"]
    run = part.run
    monkeypatch.setattr(part, "run", lambda images, options: seen.append(len(images)) or run(images, options))
    tiny.run([np.full((300, 300, 3), 250, np.uint8)], FacesOptions(max_overlap=0.9))
    assert max(seen) == BATCH
    assert sum(seen) > 2 * BATCH


@pytest.mark.parametrize("card", [card for card in EmbeddedFaces.cards if not card.is_tiny], ids=lambda card: card.name)
def test_its_card_says_how_alike_faces_must_be(card):
    assert card_of(card.name).acceptance.threshold(1e-3) == pytest.approx(0.36, abs=0.01)


@pytest.mark.weights
class TestOnPhotographs:
    def test_two_photographs_of_one_person_are_alike_and_of_two_are_not(self, embedder):
        photos = [lfw("Abel_Pacheco", 1), lfw("Abel_Pacheco", 4), lfw("Akhmed_Zakayev", 1)]
        first, again, other = (each.embeddings[0] for each in embedder.run(photos, FacesOptions()))
        threshold = embedder.card.acceptance.threshold(1e-3)
        assert first @ again > threshold
        assert first @ other < threshold
