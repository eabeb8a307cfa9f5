from opsin.engine.explain_page import layer_section, page, picture, pictures, section
from opsin.engine.layers import ShownLayer


def test_names_cannot_change_the_page():
    assert "<b>" not in page("<b>", "<b>", []) + section("<b>", "<b>", "") + picture("a.png", "<b>")


def test_the_parts_come_in_their_order_between_head_and_foot():
    whole = page("Why?", "So.", ["<i>one</i>", "<i>two</i>"])
    assert whole.startswith("<!doctype html>")
    assert whole.index("Why?") < whole.index("one") < whole.index("two") < whole.index("</html>")


def test_every_picture_says_what_it_shows_to_those_who_cannot_see_it():
    assert 'src="a.png" alt="A cat."' in pictures([("a.png", "A cat.")])


def test_a_layer_with_a_picture_shows_it():
    shown = layer_section(ShownLayer("conv1", "Conv2D", (2, 2, 3), "Slides.", "layers/01_conv1.png"))
    assert 'src="layers/01_conv1.png" alt="What conv1 answers"' in shown
    assert "Slides." in shown


def test_a_layer_without_a_picture_tells_its_shape():
    assert "Flatten, 12 numbers" in layer_section(ShownLayer("flat", "Flatten", (12,), "Lays.", None))


def test_a_part_without_words_has_no_empty_line():
    assert "<p>" not in section("Title", "", "")
