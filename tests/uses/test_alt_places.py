"""Pages of a site, and the pictures that they mean."""

import numpy as np
import pytest

from opsin.core.errors import SourceError
from opsin.media.files import save_image
from opsin.uses._alt_pages import read_page
from opsin.uses._alt_places import page_of, places_on, site_of


@pytest.fixture
def site(tmp_path):
    """site/index.html, site/blog/post.html, and a.png in site, site/blog and beside the site."""
    for name in ("site/a.png", "site/blog/a b.png", "a.png"):
        save_image(tmp_path / name, np.zeros((8, 8, 3), np.uint8))
    for name in ("index.html", "blog/post.HTM", ".git/no.html", "notes.txt"):
        (tmp_path / "site" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / name).write_text("")
    return tmp_path / "site"


def place(site, src, page="blog/post.HTM", head=""):
    """What a page's only picture means."""
    read = read_page(f"{head}<img src='{src}'>".encode(), "x.html")
    (found,) = places_on(read, site.resolve() / page, site_of(site))
    return found


def test_pages_are_found_in_all_folders_but_hidden_ones(site):
    found = site_of(site)
    assert [found.name(page) for page in found.pages] == ["index.html", "blog/post.HTM"]


def test_one_page_is_a_site_of_its_folder(site):
    found = site_of(site / "blog" / "post.HTM")
    assert (found.root, len(found.pages)) == ((site / "blog").resolve(), 1)


def test_a_folder_without_pages_is_its_pictures(tmp_path):
    save_image(tmp_path / "a.png", np.zeros((8, 8, 3), np.uint8))
    assert [path.name for path in site_of(tmp_path).pictures] == ["a.png"]


def test_a_picture_is_a_site_of_itself(site):
    assert [path.name for path in site_of(site / "a.png").pictures] == ["a.png"]


def test_nothing_there_is_told(tmp_path):
    with pytest.raises(SourceError, match=r"There is no file or folder .*gone"):
        site_of(tmp_path / "gone")
    with pytest.raises(SourceError, match=r"holds neither pages .* nor pictures"):
        site_of(tmp_path)


@pytest.mark.parametrize(
    ("src", "picture"),
    [
        ("a%20b.png", "blog/a b.png"),
        ("./a b.png?size=3#x", "blog/a b.png"),
        ("../a.png", "a.png"),
        ("/a.png", "a.png"),
        ("/blog/../a.png", "a.png"),
    ],
)
def test_an_address_within_the_site_is_a_file(site, src, picture):
    assert (place(site, src).picture, place(site, src).left) == (picture, None)


@pytest.mark.parametrize(
    ("src", "left"),
    [
        ("https://example.org/a.png", "lies elsewhere"),
        ("//example.org/a.png", "lies elsewhere"),
        ("data:image/png;base64,AAAA", "lies elsewhere"),
        ("file:///etc/passwd", "lies elsewhere"),
        ("../../a.png", "lies outside of the site's folder"),
        ("%2e%2e/%2e%2e/a.png", "lies outside of the site's folder"),
        ("/../a.png", "lies outside of the site's folder"),
        ("gone.png", "is not there"),
        ("a%00b.png", "is not there"),
        ("x" * 5000, "is not there"),
        ("../notes.txt", "is no picture that Opsin reads"),
        ("http://[", "has an address that is none"),
        ("  ", "has no src"),
    ],
)
def test_what_is_not_to_be_had_is_told(site, src, left):
    assert (place(site, src).path, place(site, src).left) == (None, left)


def test_a_link_does_not_lead_out_of_the_site(site, tmp_path):
    (site / "link.png").symlink_to(tmp_path / "a.png")
    (site / "link.html").symlink_to(tmp_path / "a.png")
    assert place(site, "/link.png").left == "lies outside of the site's folder"
    assert "link.html" not in [page.name for page in site_of(site).pages]


def test_a_base_is_where_addresses_start(site):
    assert place(site, "a b.png", page="index.html", head="<base href='blog/'>").picture == "blog/a b.png"
    assert place(site, "a b.png", page="index.html", head="<base href='blog/x.html'>").picture == "blog/a b.png"
    assert place(site, "a.png", head="<base href='https://example.org/'>").left == "lies elsewhere"


def test_a_base_outside_of_the_site_is_no_way_back_into_it(site):
    assert place(site, "site/a.png", head="<base href='../../'>").left == "lies outside of the site's folder"


def test_a_long_address_is_told_in_short(site):
    assert len(place(site, "data:" + "A" * 900).picture) < 100


def test_a_page_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.html cannot be read"):
        page_of(tmp_path / "gone.html")
