import pytest

from opsin.core.errors import DataError
from opsin.data import load
from opsin.data.formats import FORMATS
from opsin.data.tables import Named

WHOLE = (1, 0, 0)
LINES = ("0.png#0\tA dog .", "0.png#1\tA pet # 5 .", "1.png#0\tA cat .")


@pytest.fixture
def flickr(folder_of):
    """flickr(lines): the two archives of Flickr8k, unpacked beside each other, and small."""

    def make(*lines, texts="Flickr8k_text"):
        folder = folder_of({"Flicker8k_Dataset": 2})
        (folder / texts).mkdir(exist_ok=True)
        (folder / texts / "Flickr8k.token.txt").write_text("\n".join(lines) + "\n")
        return folder

    return make


def test_a_line_is_a_caption(flickr):
    data = load(flickr(*LINES), split=WHOLE)
    assert data.pictures.names == ("Flicker8k_Dataset/0.png", "Flicker8k_Dataset/1.png")
    assert [each.texts for each in data.truth] == [("A dog .", "A pet # 5 ."), ("A cat .",)]


def test_lists_beside_it_say_the_parts(flickr):
    folder = flickr(*LINES)
    (folder / "Flickr8k_text/Flickr_8k.trainImages.txt").write_text("1.png\n")
    (folder / "Flickr8k_text/Flickr_8k.devImages.txt").write_text("0.png\n")
    assert load(folder, split=WHOLE).parts.tolist() == ["validation", "train"]


@pytest.mark.parametrize("texts", ["Flickr8k_text", "."])
def test_captions_may_lie_beside_the_pictures_or_in_a_folder(flickr, texts):
    assert FORMATS.get("flickr8k").recognises(flickr(*LINES, texts=texts), Named())


def test_a_folder_without_them_is_not_recognised(folder_of):
    assert not FORMATS.get("flickr8k").recognises(folder_of({"images": 1}), Named())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1.png A cat .", r"must be NAME\.jpg#0, a tab and a caption; got '1\.png A cat \.'"),
        ("1.png#0\t ", r"must have a caption; got ' '"),
        ("../1.png#0\tA cat .", r"must name a picture .*; got '\.\./1\.png'"),
    ],
)
def test_a_line_that_is_not_right_is_refused_with_its_number(flickr, line, message):
    with pytest.raises(DataError, match=rf"Flickr8k\.token\.txt: line 2 {message}"):
        load(flickr(LINES[0], line))
