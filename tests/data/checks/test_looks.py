import pytest

from opsin.data.checks.looks import blur, exposure, sizes, turned, unreadable


@pytest.fixture
def found_by(data_of, fact_of):
    """found_by(check, {…}): kinds and words of what a check finds in nine ordinary pictures and one that is odd."""

    def find(check, odd, **asked):
        facts = [fact_of(seed) for seed in range(9)] + [fact_of(9, **odd)]
        problems = list(check(data_of(*["cat train"] * 10, **asked), facts))
        assert all(problem.pictures == (9,) for problem in problems)
        return [(problem.kind, problem.said) for problem in problems]

    return find


CHECKS = [unreadable, exposure, blur, sizes, turned]


@pytest.mark.parametrize("check", CHECKS)
def test_ordinary_pictures_have_no_problem(found_by, check):
    assert found_by(check, {}) == []


@pytest.mark.parametrize("check", CHECKS[1:])
def test_of_a_picture_that_cannot_be_read_nothing_else_is_said(found_by, check):
    odd = {"error": "It is damaged.", "size": (1, 1), "sharpness": 0.0, "low": 0.0, "high": 0.0, "orientation": 6}
    assert found_by(check, odd) == []


@pytest.mark.parametrize("check", CHECKS)
def test_data_without_a_readable_picture_is_no_problem_of_its_own(check, data_of, fact_of):
    assert all(problem.kind == "unreadable" for problem in check(data_of("cat train"), [fact_of(1, error="Damaged.")]))


def test_what_cannot_be_read_says_why(found_by):
    assert found_by(unreadable, {"error": "a.jpg is damaged."}) == [("unreadable", "a.jpg is damaged.")]


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ({"low": 10, "high": 79}, ("dark", "95 % of it is darker than 79 of 255")),
        ({"low": 171, "high": 250}, ("bright", "95 % of it is lighter than 171 of 255")),
        ({"low": 120, "high": 139}, ("empty", "nothing but one shade, around 139 of 255")),
        ({"low": 0, "high": 0}, ("empty", "nothing but one shade, around 0 of 255")),
    ],
    ids=["dark", "bright", "empty", "black"],
)
def test_dark_bright_and_empty_pictures_are_told_apart(found_by, odd, expected):
    assert found_by(exposure, odd) == [expected]


@pytest.mark.parametrize(
    "odd", [{"low": 10, "high": 80}, {"low": 170, "high": 250}, {"low": 120, "high": 140}], ids=str
)
def test_at_the_limits_a_picture_is_ordinary(found_by, odd):
    assert found_by(exposure, odd) == []


def test_half_as_sharp_as_usual_is_not_yet_blurred_and_less_is(found_by):
    assert found_by(blur, {"sharpness": 1.0}) == []
    assert found_by(blur, {"sharpness": 0.98}) == [("blurred", "49% as sharp as is usual")]


def test_where_all_are_soft_none_is_blurred(data_of, fact_of):
    facts = [fact_of(seed, sharpness=0.5) for seed in range(5)]
    assert list(blur(data_of(*["cat train"] * 5), facts)) == []


@pytest.mark.parametrize("odd", [{"size": (40, 400)}, {"low": 100, "high": 110}], ids=["tiny", "empty"])
def test_what_has_no_edges_or_few_pixels_is_not_called_blurred(found_by, odd):
    assert found_by(blur, {"sharpness": 0.1} | odd) == []


@pytest.mark.parametrize("check", [exposure, blur])
def test_characters_may_be_black_and_smooth(found_by, check):
    assert found_by(check, {"sharpness": 0.1, "low": 0, "high": 0}, ink=True) == []


@pytest.mark.parametrize(
    ("size", "kinds"),
    [
        ((76, 100), []),
        ((74, 100), ["size"]),
        ((1300, 1700), ["size"]),
        ((400, 300), []),
        ((100, 260), []),
        ((200, 540), ["shape"]),
        ((540, 200), ["shape"]),
        ((20, 100), ["size", "shape"]),
    ],
    ids=str,
)
def test_odd_sizes_and_shapes_are_held_against_the_usual_300_x_400(found_by, size, kinds):
    assert [kind for kind, _ in found_by(sizes, {"size": size})] == kinds


def test_a_size_is_said_as_width_and_height(found_by):
    assert found_by(sizes, {"size": (20, 30)}) == [("size", "30 x 20 pixels")]


def test_a_picture_stored_lying_says_how(found_by):
    assert found_by(turned, {"orientation": 6}) == [("turned", "EXIF orientation 6")]


@pytest.mark.parametrize(
    ("check", "mild", "bad"),
    [
        (exposure, {"low": 0, "high": 70}, {"low": 0, "high": 30}),
        (exposure, {"low": 180, "high": 255}, {"low": 200, "high": 255}),
        (blur, {"sharpness": 0.9}, {"sharpness": 0.1}),
        (sizes, {"size": (60, 80)}, {"size": (30, 40)}),
        (sizes, {"size": (200, 800)}, {"size": (150, 900)}),
    ],
)
def test_what_is_worse_weighs_more(check, mild, bad, data_of, fact_of):
    facts = [fact_of(seed) for seed in range(8)] + [fact_of(8, **mild), fact_of(9, **bad)]
    weights = [problem.weight for problem in check(data_of(*["cat train"] * 10), facts)]
    assert len(weights) == 2
    assert weights[0] < weights[1]
