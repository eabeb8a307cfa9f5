import json

import numpy as np
import pytest

from opsin.core.errors import InputError, OptionError, UnknownNameError
from opsin.uses._gallery_roll import LONGEST_NAME, Photo, Roll, checked_name


def photo(file, place=0):
    """A photo whose embedding is one of 8 axes."""
    return Photo(file, np.eye(8, dtype=np.float32)[place])


ROLL = Roll("m").added("Ada", [photo("a.jpg", 0), photo("b.jpg", 1)]).added("Byron", [photo("c.jpg", 2)])


def files(roll):
    return {name: [each.file for each in photos] for name, photos in roll.people.items()}


def test_people_come_in_order_of_the_alphabet():
    assert list(ROLL.added("Aaron", [photo("x.jpg")]).people) == ["Aaron", "Ada", "Byron"]


def test_a_change_leaves_the_roll_that_was():
    before = files(ROLL)
    ROLL.without("Ada"), ROLL.renamed("Ada", "Eve"), ROLL.merged("Ada", "Byron"), ROLL.split("Ada", ["a.jpg"], "Eve")
    assert files(ROLL) == before


def test_a_name_of_a_photo_that_is_taken_gets_a_number():
    more = ROLL.added(
        "Ada", [photo("a.jpg"), photo("a.jpg"), photo("noname"), photo("noname"), photo(".x"), photo(".x")]
    )
    assert files(more)["Ada"][2:] == ["a (2).jpg", "a (3).jpg", "noname", "noname (2)", ".x", ".x (2)"]


def test_renamed_a_person_keeps_the_photos():
    assert files(ROLL.renamed("Ada", "Eve")) == {"Byron": ["c.jpg"], "Eve": ["a.jpg", "b.jpg"]}


def test_renamed_back_it_is_what_it_was():
    assert files(ROLL.renamed("Ada", "Eve").renamed("Eve", "Ada")) == files(ROLL)


def test_a_name_that_is_taken_is_not_given():
    with pytest.raises(OptionError, match=r"^There is a 'Byron' already\. .* opsin faces merge 'Byron' 'Ada'$"):
        ROLL.renamed("Ada", "Byron")


def test_merged_two_people_are_one_with_all_photos():
    assert files(ROLL.merged("Byron", "Ada")) == {"Byron": ["c.jpg", "a.jpg", "b.jpg"]}


def test_nobody_is_merged_with_himself():
    with pytest.raises(OptionError, match=r"^'Ada' cannot be merged with itself; give two names\.$"):
        ROLL.merged("Ada", "Ada")


@pytest.mark.parametrize("pair", [("Eve", "Ada"), ("Ada", "Eve")])
def test_only_people_who_are_there_are_merged(pair):
    with pytest.raises(UnknownNameError, match=r"^There is no person called 'Eve'\. .*Known: Ada, Byron\.$"):
        ROLL.merged(*pair)


def test_split_and_merged_again_it_is_what_it_was():
    parted = ROLL.split("Ada", ["b.jpg"], "Eve")
    assert files(parted) == {"Ada": ["a.jpg"], "Byron": ["c.jpg"], "Eve": ["b.jpg"]}
    assert files(parted.merged("Ada", "Eve")) == files(ROLL)


def test_photos_that_are_split_off_may_join_somebody():
    assert files(ROLL.split("Ada", ["b.jpg"], "Byron")) == {"Ada": ["a.jpg"], "Byron": ["c.jpg", "b.jpg"]}


@pytest.mark.parametrize("moved", [(["a.jpg", "b.jpg"], "Eve"), ([], "Eve"), (["a.jpg"], "Ada")])
def test_a_split_leaves_and_moves_something(moved):
    with pytest.raises(OptionError, match=r"^To split 'Ada' name some of the 2 photos, but not all, and another name;"):
        ROLL.split("Ada", *moved)


def test_a_photo_that_is_not_there_is_not_split_off():
    with pytest.raises(
        UnknownNameError, match=r"^There is no photo of Ada called 'c\.jpg'\. .*Known: a\.jpg, b\.jpg\.$"
    ):
        ROLL.split("Ada", ["c.jpg"], "Eve")


def test_without_a_person_nothing_says_so():
    assert "Ada" not in json.dumps(ROLL.without("Ada").to_dict())


def test_the_owner_of_a_photo_is_who_has_it():
    assert ROLL.owner(photo("other.jpg", 2)) == "Byron"
    assert ROLL.owner(photo("other.jpg", 3)) is None


def test_a_template_is_the_mean_of_the_photos_with_length_1():
    expected = [[0.5**0.5, 0.5**0.5, 0], [0, 0, 1]]
    assert ROLL.templates[:, :3] == pytest.approx(np.array(expected))
    assert Roll().templates.shape == (0, 0)


def test_it_comes_back_from_its_json():
    back = Roll.from_dict(json.loads(json.dumps(ROLL.to_dict())))
    assert (back.model, files(back)) == ("m", files(ROLL))
    assert (back.templates == ROLL.templates).all()


def damaged(**change):
    data = ROLL.to_dict()
    first = data["people"]["Byron"][0]
    return data | {"people": {"Byron": [first | change]}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, r"^it is damaged: 'people'$"),
        ({"model": "m", "people": {"Ada": []}}, r"people without photos"),
        ({"model": "m", "people": {"unknown": []}}, r"A person's name must have"),
        ({"model": "m", "people": ["Ada"]}, r"^it is damaged: 'list' object"),
        (damaged(embedding="***"), r"no embedding is '\*\*\*'"),
        (damaged(embedding="AACAPwAAgD8="), r"an embedding must have length 1; got 1\.414"),
    ],
)
def test_what_is_no_roll_is_refused(data, said):
    with pytest.raises(InputError, match=said):
        Roll.from_dict(data)


def test_embeddings_of_two_lengths_are_refused():
    short = {"file": "x.jpg", "embedding": "AACAPw=="}  # a single 1.0
    data = {"model": "m", "people": ROLL.to_dict()["people"] | {"Eve": [short]}}
    with pytest.raises(InputError, match="embeddings of several lengths"):
        Roll.from_dict(data)


def test_a_name_is_kept_without_space_around_it_and_with_one_kind_of_accents():
    assert checked_name("  Zoe\u0308  Smith ") == "Zoë Smith"


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "a\x00b", "Unknown", "x" * (LONGEST_NAME + 1)])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(OptionError, match=r"^A person's name must have 1 to 100 letters .* not be 'unknown'; got '"):
        checked_name(name)
