import json
from pathlib import Path

import numpy as np
import pytest

from opsin.media.files import save_image


@pytest.fixture
def captions(tmp_path, monkeypatch):
    """Twenty pictures of noise with two captions each, in the folder photos of where we are."""
    monkeypatch.chdir(tmp_path)
    for number in range(20):
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3)).astype(np.uint8)
        save_image(Path(f"photos/{number}.png"), pixels.repeat(4, axis=0).repeat(4, axis=1))
    rows = [f"{number}.png,picture {number} {end}" for number in range(20) for end in ("runs", "is here now")]
    Path("photos/captions.csv").write_text("\n".join(["image,caption", *rows]))


@pytest.mark.usefixtures("captions")
class TestCaptions:
    def test_show_counts_them_and_their_words(self, opsin):
        told = opsin("data", "show", "photos").out
        assert told.startswith(
            "20 pictures (16 train, 2 validation, 2 test) with 40 captions: 2 to 2 of each, mostly 2."
        )
        assert "Words in a caption: 3 to 5, mostly 4; 25 different ones." in " ".join(told.split())

    def test_show_tells_programs_the_same(self, opsin):
        told = json.loads(opsin("data", "show", "photos", "--json").out)
        assert (told["task"], told["captions"]["count"], told["captions"]["words"]) == ("captioning", 40, 25)

    def test_show_saves_pictures_with_captions(self, opsin):
        assert "Pictures with captions are in sheet.png" in opsin("data", "show", "photos", "--save", "sheet.png").out

    def test_split_writes_a_table_that_is_read_again(self, opsin):
        opsin("data", "split", "photos", "--into", "photos")
        assert opsin("data", "show", "photos/labels.csv").out.startswith("20 pictures (16 train, 2 validation, 2 test)")

    def test_convert_writes_another_format(self, opsin):
        ended = opsin("data", "convert", "photos", "--to", "flickr8k", "--into", "other")
        assert "20 pictures (20 train) with 40 captions are in other, as flickr8k." in ended.out
        assert len(Path("other/Flickr8k.token.txt").read_text().splitlines()) == 40

    def test_draw_writes_them_below_their_pictures(self, opsin):
        assert "20 pictures with their captions are in drawn." in opsin("data", "draw", "photos", "--into", "drawn").out

    def test_check_finds_copies_and_says_no_captions_conflict(self, opsin):
        Path("photos/1.png").write_bytes(Path("photos/0.png").read_bytes())
        ended = opsin("data", "check", "photos", "--save", "checked")
        assert json.loads(Path("checked/problems.json").read_text())["counts"] == {"duplicate": 1}
        assert ended.code == 0
