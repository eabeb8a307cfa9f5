"""Alternative texts of a site: which pages are changed, how, and what is told."""

import csv
import stat

import numpy as np
import pytest

from opsin.core.errors import OptionError, SourceError
from opsin.media.files import save_image
from opsin.uses import alt as module
from opsin.uses.alt import alt, alts, summary

TINY = {"model": "captioner_tiny"}
BRIGHT, DARK = "A bright picture.", "A dark picture."
INDEX = "<h1>Caf\u00e9</h1>\r\n<img src='bright.png'>\r\n<img src=dark.png alt=''>\r\n<img src=http://x.org/a.png>"
POST = "<img src=../bright.png>\n<img src=../gone.png>\n<img src=../dark.png />"
SURE = {**TINY, "min_score": 0.0}


@pytest.fixture
def site(tmp_path):
    """Two pages and two pictures."""
    for name, grey in {"bright": 250, "dark": 5}.items():
        save_image(tmp_path / "site" / f"{name}.png", np.full((40, 60, 3), grey, np.uint8))
    (tmp_path / "site" / "blog").mkdir()
    (tmp_path / "site" / "index.html").write_bytes(INDEX.encode())
    (tmp_path / "site" / "blog" / "post.html").write_bytes(POST.encode())
    return tmp_path / "site"


def pages(site):
    return [(site / name).read_bytes().decode() for name in ("index.html", "blog/post.html")]


def test_missing_texts_are_written_and_nothing_else_changes(site):
    alt(site, **SURE)
    assert pages(site) == [
        INDEX.replace("<img src='bright", f'<img alt="{BRIGHT}" src=\'bright'),
        POST.replace("<img src=../bright", f'<img alt="{BRIGHT}" src=../bright').replace(
            "<img src=../dark", f'<img alt="{DARK}" src=../dark'
        ),
    ]


def test_a_second_run_changes_nothing(site):
    alt(site, **SURE)
    before = pages(site)
    assert not any(text.is_given for text in alt(site, **SURE))
    assert pages(site) == before


def test_each_picture_of_each_page_is_told(site):
    told = {(text.page, text.picture): text.alt or text.left for text in alt(site, **SURE)}
    assert told == {
        ("index.html", "bright.png"): BRIGHT,
        ("index.html", "dark.png"): "has a text already",
        ("index.html", "http://x.org/a.png"): "lies elsewhere",
        ("blog/post.html", "bright.png"): BRIGHT,
        ("blog/post.html", "../gone.png"): "is not there",
        ("blog/post.html", "dark.png"): DARK,
    }


def test_overwriting_is_asked_for(site):
    told = alt(site, overwrite=True, **SURE)
    assert f'<img src=dark.png alt="{DARK}">' in pages(site)[0]
    assert [text.existing for text in told if text.picture == "dark.png"] == ["", None]


def test_a_dry_run_writes_nothing(site):
    assert sum(text.is_given for text in alt(site, dry_run=True, **SURE)) == 3
    assert pages(site) == [INDEX, POST]


def test_a_picture_on_many_pages_is_looked_at_once(site):
    looked = []
    alt(site, progress=lambda name, done, total: looked.append((done, total)), **SURE)
    assert looked == [(1, 2), (2, 2)]


def test_one_page_is_changed_alone(site):
    alt(site / "index.html", **SURE)
    assert (BRIGHT in pages(site)[0], pages(site)[1]) == (True, POST)


def test_who_may_read_a_page_may_do_so_still(site):
    (site / "index.html").chmod(0o604)
    alt(site, **SURE)
    assert stat.S_IMODE((site / "index.html").stat().st_mode) == 0o604


def unsure(monkeypatch, text):
    """Lets the model be sure of nothing, and say this."""
    real = module._with_caption

    def hedging(place, answer):
        return module.replace(real(place, answer), alt=text, sure=False)

    monkeypatch.setattr(module, "_with_caption", hedging)


def test_what_is_not_sure_is_written_and_told(site, monkeypatch):
    unsure(monkeypatch, "Possibly a dog.")
    told = alt(site, **TINY)
    assert 'alt="Possibly a dog."' in pages(site)[0]
    assert summary(told) == "3 texts. 3 of 3 are not sure: look at them. 1 had one already. 2 got none."


def test_what_is_not_sure_can_be_left_out(site, monkeypatch):
    unsure(monkeypatch, "Possibly a dog.")
    told = alt(site, sure_only=True, **TINY)
    assert pages(site) == [INDEX, POST]
    assert [text.left for text in told].count("is not sure, and was left out") == 3


def test_what_says_nothing_is_never_written(site, monkeypatch):
    unsure(monkeypatch, "A photo; what it shows is not clear.")
    told = alt(site, **TINY)
    assert pages(site) == [INDEX, POST]
    assert told[0].left == "shows nothing that is clear: write its text by hand"


def test_a_table_is_written_in_the_place_of_the_pages(site, tmp_path):
    alt(site, csv=tmp_path / "review.csv", **SURE)
    with (tmp_path / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert pages(site) == [INDEX, POST]
    assert [(row["page"], row["picture"], row["alt"], row["sure"]) for row in rows] == [
        ("index.html", "bright.png", BRIGHT, "yes"),
        ("blog/post.html", "bright.png", BRIGHT, "yes"),
        ("blog/post.html", "dark.png", DARK, "yes"),
    ]


def test_a_reviewed_table_is_written_into_the_pages(site, tmp_path):
    (tmp_path / "r.csv").write_text("picture,page,alt\nbright.png,,A lamp\ndark.png,blog/post.html,\n")
    told = alt(site, from_csv=tmp_path / "r.csv")
    assert pages(site) == [
        INDEX.replace("<img src='bright", '<img alt="A lamp" src=\'bright'),
        POST.replace("<img src=../bright", '<img alt="A lamp" src=../bright').replace(
            "<img src=../dark", '<img alt="" src=../dark'
        ),
    ]
    assert [text.score for text in told if text.is_given] == [None] * 3


def test_what_is_not_in_the_table_stays(site, tmp_path):
    (tmp_path / "r.csv").write_text("picture,page,alt\ndark.png,index.html,A cave\n")
    told = alt(site, from_csv=tmp_path / "r.csv")
    assert pages(site) == [INDEX, POST]
    assert told[0].left == "is not in the table"


def test_there_and_back_is_the_same_as_at_once(site, tmp_path):
    alt(site, csv=tmp_path / "review.csv", **SURE)
    alt(site, from_csv=tmp_path / "review.csv")
    through = pages(site)
    for name, text in {"index.html": INDEX, "blog/post.html": POST}.items():
        (site / name).write_bytes(text.encode())
    alt(site, **SURE)
    assert pages(site) == through


def test_a_folder_of_pictures_is_told(site):
    for page in site.rglob("*.html"):
        page.unlink()
    assert [(text.picture, text.page, text.alt) for text in alt(site, **SURE)] == [
        ("bright.png", "", BRIGHT), ("dark.png", "", DARK),
    ]  # fmt: skip


def test_a_damaged_picture_is_told_and_the_others_go_on(site):
    (site / "dark.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    told = alt(site, **SURE)
    assert [text.picture for text in told if text.error] == ["dark.png"]
    assert f'<img alt="{BRIGHT}" src=../bright.png>' in pages(site)[1]


def test_a_page_that_cannot_be_read_is_told_and_the_others_go_on(site):
    (site / "blog" / "post.html").write_bytes(b"<![what[")
    told = alt(site, **SURE)
    assert "cannot be read as HTML" in told[-1].error
    assert BRIGHT in pages(site)[0]


def test_a_page_that_is_changed_meanwhile_is_told(site):
    found = alts(site, **SURE)
    assert next(found).page == "index.html"
    save_image(site / "new.png", np.zeros((8, 8, 3), np.uint8))
    (site / "blog" / "post.html").write_text("<img src=../new.png>")
    assert "has changed meanwhile. Run it again." in list(found)[-1].error


def test_pages_stay_whole_when_it_is_stopped(site):
    found = alts(site, **SURE)
    next(found)
    found.close()
    assert BRIGHT in pages(site)[0]
    assert pages(site)[1] == POST
    assert sorted(path.name for path in site.iterdir()) == ["blog", "bright.png", "dark.png", "index.html"]


def test_a_table_that_is_stopped_is_not_written(site, tmp_path):
    found = alts(site, csv=tmp_path / "review.csv", **SURE)
    next(found)
    found.close()
    assert not (tmp_path / "review.csv").exists()


def test_two_tables_are_one_too_many(site):
    with pytest.raises(OptionError, match="A table to write and one to read were both given"):
        alt(site, csv="a.csv", from_csv="b.csv")


def test_a_table_for_no_pages_is_refused(site):
    with pytest.raises(OptionError, match=r"holds no pages that the texts of b\.csv could be written into"):
        alt(site / "dark.png", from_csv="b.csv")


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceError, match="There is no file or folder"):
        alt(tmp_path / "gone")


def test_an_unknown_option_is_refused(site):
    with pytest.raises(OptionError, match="There is no option of captioning called 'beems'"):
        alt(site, beems=3)
