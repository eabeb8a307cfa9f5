import json
from pathlib import Path

import pytest

from opsin.core.errors import InputError
from opsin.metrics.captions.objects import _known, labels_present, named_objects, wrong_objects
from opsin.metrics.captions.tokens import tokens

COCO = Path(__file__).parents[3] / "../shared/data/coco_dev/annotations"


def labels(text):
    """The labels that a text may mean, each as its words and labels."""
    return [(words, *sorted(found)) for words, found in named_objects(tokens(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two puppies and a kitten", [("puppies", "dog"), ("kitten", "cat")]),
        ("men, women and children", [("men", "person"), ("women", "person"), ("children", "person")]),
        ("a hot dog", [("hot dog", "hot dog")]),
        ("a teddy bear on a park bench", [("teddy bear", "teddy bear"), ("park bench", "bench")]),
        ("a fire-hydrant", [("fire hydrant", "fire hydrant")]),
        ("an orange shirt", []),
        ("a bowl of oranges", [("bowl", "bowl"), ("oranges", "orange")]),
        ("a bike", [("bike", "bicycle", "motorcycle")]),
        ("dirt bikes", [("dirt bikes", "motorcycle")]),
        ("by the train tracks", []),
        ("a sunny beach", []),
    ],
)
def test_things_are_found_by_the_words_for_them(text, expected):
    assert labels(text) == expected


def test_a_word_with_two_meanings_is_wrong_only_where_neither_is_there():
    bike = tokens("a bike")
    assert wrong_objects([bike] * 3, [{"bicycle"}, {"motorcycle"}, {"car"}]).words == ((), (), ("bike",))


def test_shares_are_of_captions_and_of_things_named():
    told = wrong_objects([tokens("a dog and a cat"), tokens("a man")], [set(), {"person"}])
    assert (told.of_captions, told.of_objects) == (1 / 2, 2 / 3)


def test_captions_that_name_nothing_name_nothing_wrong():
    told = wrong_objects([tokens("a sunny beach")], [set()])
    assert (told.of_captions, told.of_objects) == (0, 0)


def test_what_people_say_is_there():
    assert labels_present({"dog"}, [tokens("a boy"), tokens("a kite")]) == {"dog", "person", "kite"}


def test_each_caption_needs_its_labels():
    with pytest.raises(InputError, match="got 1 captions and labels of 2"):
        wrong_objects([("a",)], [set(), set()])


def test_a_caption_must_be_words():
    with pytest.raises(InputError, match="must be words"):
        wrong_objects(["a dog"], [set()])


@pytest.fixture(scope="module")
def coco():
    """For each photo its captions as words, and the labels of its boxes."""
    if not COCO.exists():
        pytest.skip("COCO's annotations are not at ../shared/data/coco_dev")
    told = json.loads((COCO / "instances_val2017.json").read_text())
    names = {each["id"]: each["name"] for each in told["categories"]}
    found = {each["id"]: ([], set()) for each in told["images"]}
    for each in told["annotations"]:
        found[each["image_id"]][1].add(names[each["category_id"]])
    for each in json.loads((COCO / "captions_val2017.json").read_text())["annotations"]:
        found[each["image_id"]][0].append(tokens(each["caption"]))
    return names, [each for each in found.values() if each[0]]


def test_all_labels_of_coco_have_words(coco):
    assert set().union(*_known()[0].values()) == set(coco[0].values())


def test_people_name_few_things_that_nobody_else_sees(coco):
    said = [captions[0] for captions, _ in coco[1]]
    present = [labels_present(boxed, captions[1:]) for captions, boxed in coco[1]]
    assert wrong_objects(said, present).of_objects < 0.15


def test_captions_of_other_photos_name_many(coco):
    said = [captions[0] for captions, _ in coco[1]]
    present = [labels_present(boxed, captions[1:]) for captions, boxed in coco[1]]
    assert wrong_objects(said[1:] + said[:1], present).of_captions > 0.5
