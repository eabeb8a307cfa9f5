"""The two kinds of models, on families made here."""

from dataclasses import dataclass

import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.core.options import Options
from opsin.core.placement import stretched
from opsin.models import Model, Pipeline, SingleNetwork
from opsin.runtime.network import Place
from opsin.tasks import Result
from opsin.weights.card import Card

IMAGES = [np.full((4, 6, 3), shade, np.uint8) for shade in (10, 200, 30)]


@dataclass(frozen=True, eq=False, kw_only=True)
class Shade(Result):
    shade: float
    name: str = ""

    task = "shading"
    summary = ""

    def draw(self, image):
        return image.copy()

    def resized(self, size):
        return self


class Shading(SingleNetwork[Shade]):
    """Tells how bright an image is."""

    cards = (
        Card(
            name="shading_tiny",
            task="shading",
            summary="",
            licence="MIT",
            labels=("bright",),
            input_size=(4, 6),
            is_tiny=True,
        ),
    )

    @classmethod
    def open_network(cls, files, place):
        return lambda batch: {"shade": batch["x"].mean(axis=(1, 2, 3))}

    @classmethod
    def tiny_network(cls, card):
        return cls.open_network({}, Place())

    def prepare(self, images):
        return {"x": np.stack(images)}, [stretched(image.shape[:2], self.input_size) for image in images]

    def decode(self, raw, placements, options):
        return [
            Shade(height=place.size[0], width=place.size[1], model=self.card.name, shade=shade, name=self.labels[0])
            for shade, place in zip(raw["shade"], placements, strict=True)
        ]


class Reading(Model[Shade]):
    """A model that says at what size it wants its images read."""

    def __init__(self, size):
        super().__init__(Shading.cards[0])
        self._size = size

    @classmethod
    def open(cls, card, place, parts):
        return cls(None)

    def reading_size(self, options):
        return self._size

    def run(self, images, options):
        return []


class Both(Pipeline[Shade]):
    """Asks its parts, the last one first."""

    cards = (Card(name="both", task="shading", summary="", licence="MIT", parts={"a": "x", "b": "y"}),)

    def run(self, images, options):
        return self.parts["b"].run(images, options) + self.parts["a"].run(images, options)


def opened(**changes):
    card = Shading.cards[0]
    return Shading.open(Card(**{**vars(card), **changes}), Place(), {})


def test_one_network_is_asked_in_three_steps():
    model = opened()
    batch, placements = model.prepare(IMAGES)
    assert model.decode(model.network(batch), placements, Options())[1].shade == 200
    assert [each.shade for each in model.run(IMAGES, Options())] == [10, 200, 30]


def test_any_function_can_be_the_network():
    model = Shading(Shading.cards[0], lambda batch: {"shade": [7.0] * len(batch["x"])})
    assert [each.shade for each in model.run(IMAGES, Options())] == [7, 7, 7]


def test_labels_come_from_the_card_unless_they_are_given():
    assert opened().labels == ("bright",)
    assert Shading(Shading.cards[0], dict, ["dark"]).labels == ("dark",)


def test_a_card_without_files_has_a_network_without_weights():
    assert opened().run(IMAGES[:1], Options())[0].model == "shading_tiny"


def test_a_family_without_a_tiny_network_says_so():
    class Weighty(Shading):
        tiny_network = SingleNetwork.__dict__["tiny_network"]

    with pytest.raises(UsageError, match=r"^shading_tiny has no files and its family has no tiny network\.$"):
        Weighty.open(Shading.cards[0], Place(), {})


def test_a_card_without_the_size_of_its_input_says_so():
    with pytest.raises(UsageError, match=r"^The card of shading_tiny must state the input_size of its network\.$"):
        opened(input_size=None).run(IMAGES, Options())


def test_a_model_that_does_not_say_otherwise_wants_every_pixel():
    assert opened().reading_size(Options()) is None


def test_a_pipeline_is_made_of_the_parts_given():
    model = Both.open(Both.cards[0], Place(), {"a": opened(labels=("A",)), "b": opened(labels=("B",))})
    assert [each.name for each in model.run(IMAGES[:1], Options())] == ["B", "A"]


def test_the_parts_of_a_pipeline_are_its_own():
    parts = {"a": opened()}
    model = Both(Both.cards[0], parts)
    parts.clear()
    assert list(model.parts) == ["a"]


@pytest.mark.parametrize(
    ("sizes", "largest"),
    [
        ([(10, 20)], (10, 20)),
        ([(10, 20), (30, 5)], (30, 20)),
        ([(10, 20), None], None),
        ([None], None),
    ],
)
def test_a_pipeline_reads_at_the_largest_size_that_a_part_asks_for(sizes, largest):
    parts = {str(number): Reading(size) for number, size in enumerate(sizes)}
    assert Both(Both.cards[0], parts).reading_size(Options()) == largest
