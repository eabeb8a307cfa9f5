import dataclasses

import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.data import load
from opsin.data.captions import Captions
from opsin.data.facts import facts
from opsin.data.saved import save_folders, save_table

WHOLE = (1, 0, 0)


@pytest.mark.parametrize("texts", [(), ("a dog", " ")], ids=["none", "an empty one"])
def test_a_picture_must_have_captions(texts):
    with pytest.raises(InputError, match="must have captions, none of them empty"):
        Captions(texts)


def test_captions_stand_on_one_line_each():
    assert Captions((" a\n dog ",)).texts == ("a dog",)


def test_captions_are_of_no_class_and_differ_by_what_they_say():
    one, other = Captions(("a", "b")), Captions(("a b",))
    assert (len(one), len(one.numbers), one.task) == (2, 0, "captioning")
    assert one.digest() != other.digest()
    assert one.digest() == Captions(("a", "b")).digest()


def test_a_dataset_of_captions_says_so_and_shows_the_first(captioned):
    assert (captioned.task, captioned.summary(0), captioned.counts()) == ("captioning", "A dog runs .", {})


def test_a_dataset_changes_its_digest_with_a_caption(captioned):
    changed = captioned.truth.copy()
    changed[0] = Captions(("A cat runs .",))
    assert dataclasses.replace(captioned, truth=changed).digest() != captioned.digest()


def test_facts_count_captions_and_words(captioned):
    told = facts(captioned)["captions"]
    assert (told["count"], told["pictures"]) == (6, {"train": 1, "validation": 1, "test": 1})
    assert told["per_picture"] == {"fewest": 1, "usual": 2.0, "most": 3}
    assert told["per_caption"] == {"fewest": 1, "usual": 2.0, "most": 5}
    assert told["words"] == 11  # a dog runs it says go zwei hunde überall hier b


def test_what_a_table_says_of_captions_is_read_again(captioned, tmp_path):
    save_table(captioned, tmp_path / "split")
    found = load(tmp_path / "split", split=WHOLE)
    assert list(found.truth) == list(captioned.truth)
    assert (found.parts.tolist(), found.columns["group"].tolist()) == (captioned.parts.tolist(), ["x", "", "y"])


def test_copies_with_captions_are_read_again(captioned, tmp_path):
    save_folders(captioned, tmp_path / "copies")
    assert sorted(load(tmp_path / "copies", split=WHOLE).parts) == ["test", "train", "validation"]


def test_captions_without_parts_are_split(folder_of, tmp_path):
    folder = folder_of({".": 20})
    rows = [f"{number}.png,picture {number}" for number in range(20)]
    (folder / "captions.csv").write_text("\n".join(["image,caption", *rows]))
    data = load(folder)
    assert {part: int(np.sum(data.parts == part)) for part in data.parts} == {"train": 16, "validation": 2, "test": 2}
