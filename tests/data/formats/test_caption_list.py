import json

import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data import load
from opsin.data.formats import FORMATS
from opsin.data.tables import Named

WHOLE = (1, 0, 0)
DOG = {"file": "images/0.png", "split": "dev", "captions": ["a dog", "a pet"]}
CAT = {"file": "images/1.png", "captions": ["a cat"]}


@pytest.fixture
def listed(folder_of):
    """listed([DOG, CAT]): a folder with such a captions.json and two pictures."""

    def make(told, name="captions.json"):
        folder = folder_of({"images": 2})
        (folder / name).write_text(told if isinstance(told, str) else json.dumps(told))
        return folder

    return make


def test_pictures_have_their_captions_and_parts(listed):
    data = load(listed([DOG, CAT]), split=WHOLE)
    assert (data.task, data.parts.tolist()) == ("captioning", ["validation", "train"])
    assert [each.texts for each in data.truth] == [("a dog", "a pet"), ("a cat",)]


def test_the_file_itself_may_be_given(listed):
    assert len(load(listed([DOG, CAT]) / "captions.json", split=WHOLE)) == 2


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("a", r"must be an object with file and captions, a list; got 'a'"),
        ({"file": "images/1.png", "captions": "a cat"}, r"must be an object with file and captions"),
        ({"file": "/images/1.png", "captions": ["a"]}, r"must name a picture .* got '/images/1\.png'"),
        ({"captions": ["a"]}, r"must name a picture .* got ''"),
        ({**CAT, "captions": ["a", 3]}, r"must have a caption; got 3"),
        ({**CAT, "split": "later"}, r"the split must be train, .* got 'later'"),
        (DOG, r"images/0\.png is there before\. Put all its captions into one list"),
    ],
)
def test_a_picture_that_is_not_right_is_refused_with_its_number(listed, second, message):
    with pytest.raises(DataError, match=rf"captions\.json: picture 2:? {message}"):
        load(listed([DOG, second]))


def test_a_picture_without_captions_is_left_out(listed, caplog):
    assert len(load(listed([DOG, {**CAT, "captions": []}]), split=WHOLE)) == 1
    assert "1 pictures without a caption" in caplog.text


def test_what_is_no_json_is_refused(listed):
    with pytest.raises(SourceError, match=r"captions\.json is no JSON that can be read"):
        load(listed(json.dumps([DOG, CAT])[:-5]))


@pytest.mark.parametrize("told", [{"captions": [], "file": 1}, [1, 2], "[]"])
def test_other_json_is_not_recognised(listed, told):
    assert not FORMATS.get("caption_list").recognises(listed(told), Named())
