import pytest

from opsin.core.errors import ImageError
from opsin.media.limits import Limits, first_line, spoken


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ImageError, match=r"^cat\.jpg is empty \(0 bytes\)\. Get a fresh copy\.$"):
        Limits().check_bytes("cat.jpg", 0)


def test_a_file_may_have_as_many_bytes_as_allowed_and_no_more() -> None:
    Limits(max_bytes=10).check_bytes("cat.jpg", 10)
    with pytest.raises(ImageError, match=r"^cat\.jpg has more than the 10 bytes allowed\. Give a smaller file\.$"):
        Limits(max_bytes=10).check_bytes("cat.jpg", 11)


def test_a_picture_may_have_as_many_pixels_as_allowed_and_no_more() -> None:
    Limits(max_pixels=6).check_pixels("cat.jpg", (2, 3))
    with pytest.raises(ImageError, match=r"^cat\.jpg has 7 x 1 = 7 pixels, more than the 6 allowed\."):
        Limits(max_pixels=6).check_pixels("cat.jpg", (1, 7))


@pytest.mark.parametrize("name", ["a\nb.jpg", "\x1b[31mred.jpg", "lone\udcff.jpg"])
def test_a_name_never_brings_its_own_lines_colours_or_broken_letters(name: str) -> None:
    assert spoken(name).isprintable()
    assert spoken("Käse 猫.jpg") == "Käse 猫.jpg"


def test_an_error_without_words_is_named_by_its_kind() -> None:
    assert first_line(EOFError()) == "EOFError"
