"""Thresholds measured on pairs of pictures. The stand-in's faces are patterns: two of one pattern are one person."""

import json
import shutil
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from opsin.core.acceptance import Acceptance
from opsin.core.errors import DataError, UsageError
from opsin.media.files import save_image
from opsin.uses.face_calibration import calibrate, load_acceptance

TINY = "yunet_sface_tiny"
PEOPLE = 15
LFW = Path(__file__).parents[2] / "../shared/data/lfw_dev"


@pytest.fixture(scope="module")
def _drawn(tmp_path_factory):
    """Two bright pictures of each of 15 patterns, a dark one, and one that is no picture."""
    folder, random = tmp_path_factory.mktemp("people"), np.random.default_rng(0)
    for person in range(PEOPLE):
        pattern = np.kron(random.integers(190, 256, (4, 4, 1)), np.ones((8, 8, 3)))
        for number in range(2):
            noisy = pattern + random.integers(-1, 2, pattern.shape)
            save_image(folder / f"{person}_{number}.png", noisy.clip(0, 255).astype(np.uint8))
    save_image(folder / "dark.png", np.zeros((32, 32, 3), np.uint8))
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


@pytest.fixture
def people(_drawn, tmp_path):
    return shutil.copytree(_drawn, tmp_path / "people")


def genuine(group=""):
    return [(f"{person}_0.png", f"{person}_1.png", 1, group) for person in range(PEOPLE)]


def impostors(group=""):
    """105 pairs."""
    return [(f"{one}_0.png", f"{other}_0.png", 0, group) for one, other in combinations(range(PEOPLE), 2)]


def table(folder, rows, head="first,second,same,group"):
    path = folder / "pairs.csv"
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]))
    return path


def calibrated(folder, rows, **options):
    return calibrate(table(folder, rows), model=TINY, **options)


def test_no_more_strangers_than_asked_are_let_in(people):
    done = calibrated(people, genuine() + impostors())
    assert (done.overall.genuine, done.overall.impostors) == (15, 105)
    assert done.acceptance.rates == pytest.approx([10 / 105, 0.1])
    (outcome,) = done.overall.outcomes
    assert outcome.far == pytest.approx(10 / 105)
    assert (outcome.rate, outcome.threshold) == (0.1, done.acceptance.threshold(0.1))


def test_the_same_pattern_is_the_same_person(people):
    done = calibrated(people, genuine() + impostors())
    assert done.overall.outcomes[0].tar == 1
    assert done.accuracy == 1


def test_what_it_was_measured_with_and_on_is_kept(people):
    done = calibrated(people, impostors())
    assert (done.model, done.acceptance.measured_on, done.acceptance.impostors) == (TINY, "pairs.csv", 105)


def test_without_genuine_pairs_there_are_thresholds_but_no_accuracy(people):
    done = calibrated(people, impostors())
    assert (done.accuracy, done.overall.outcomes[0].tar) == (None, None)


def test_accuracy_is_measured_by_the_tables_folds(people):
    # In the second fold everything is the wrong way round, so what the first one teaches is wrong there.
    rows = [(*row[:3], "a") for row in genuine() + impostors()]
    rows += [(*row[:2], 1 - row[2], "b") for row in genuine() + impostors()]
    done = calibrate(table(people, rows, head="first,second,same,fold"), model=TINY)
    assert done.accuracy < 0.2


def test_paths_start_from_the_root_where_one_is_given(people, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    path = table(tmp_path / "elsewhere", impostors())
    assert calibrate(path, model=TINY, root=people).overall.impostors == 105
    with pytest.raises(DataError, match=r"both faces were found in 0 pairs.*15 photos could not be read.*no file"):
        calibrate(path, model=TINY)


def test_every_photo_is_looked_at_once_and_progress_is_told(people):
    told = []
    calibrated(people, impostors() * 2, progress=lambda *now: told.append(now))
    assert told == [("photos", number, PEOPLE) for number in range(1, PEOPLE + 1)]


class TestGroups:
    def test_each_is_judged_by_the_thresholds_of_all(self, people):
        done = calibrated(people, genuine("a") + impostors("a") + genuine("b") + impostors("b"))
        assert [group.name for group in done.groups] == ["a", "b"]
        assert {group.outcomes for group in done.groups} == {done.overall.outcomes}

    def test_more_strangers_let_in_of_one_group_are_seen(self, people):
        # Pairs of one pattern that are said to be of two people: strangers who look alike.
        alike = [(*row[:2], 0, "b") for row in genuine()]
        done = calibrated(people, genuine("a") + impostors("a") + alike)
        far = {group.name: group.outcomes[0].far for group in done.groups}
        assert far["b"] == pytest.approx(12 / 15)
        assert far["a"] == 0

    def test_one_with_too_few_pairs_says_nothing_of_its_rates(self, people):
        few = [(*row[:3], "few") for row in impostors()[:9] + genuine()[:9]]
        done = calibrated(people, impostors("many") + genuine("many") + few)
        assert {group.name: group.is_known for group in done.groups} == {"few": False, "many": True}
        assert (done.groups[0].outcomes[0].far, done.groups[0].outcomes[0].tar) == (None, None)

    def test_pairs_without_a_group_are_in_none(self, people):
        assert calibrated(people, genuine() + impostors()).groups == ()

    def test_one_whose_pairs_cannot_be_told_of_has_no_rates(self, people):
        done = calibrated(people, [*impostors(), ("0_0.png", "dark.png", 0, "dark")])
        assert (done.groups[0].impostors, done.groups[0].outcomes[0].far) == (0, None)


class TestFacesThatAreNotThere:
    def test_a_photo_without_a_face_is_told_and_its_genuine_pairs_are_misses(self, people):
        done = calibrated(people, [*genuine(), ("0_0.png", "dark.png", 1, ""), *impostors()])
        assert done.without_face == ("dark.png",)
        assert done.overall.outcomes[0].tar == pytest.approx(15 / 16)
        assert done.left_out == 0

    def test_it_makes_no_threshold_laxer(self, people):
        missed = [(f"{person}_0.png", "dark.png", 0, "") for person in range(PEOPLE)]
        plain, done = calibrated(people, impostors()), calibrated(people, impostors() + missed)
        assert done.acceptance == plain.acceptance

    @pytest.mark.parametrize("name", ["broken.png", "missing.png"])
    def test_a_photo_that_cannot_be_read_is_told_and_the_others_go_on(self, people, name):
        done = calibrated(people, [("0_0.png", name, 1, ""), *genuine(), *impostors()])
        assert len(done.unreadable) == done.left_out == 1
        assert name in done.unreadable[0]
        assert done.overall.outcomes[0].tar == 1


class TestSaved:
    def test_thresholds_are_read_back_as_they_were(self, people, tmp_path):
        done = calibrated(people, impostors(), save=tmp_path / "new" / "thresholds.json")
        assert load_acceptance(tmp_path / "new" / "thresholds.json", model=TINY) == done.acceptance

    def test_the_file_holds_all_that_was_found(self, people, tmp_path):
        done = calibrated(people, genuine("ä") + impostors("ä"))
        done.save(tmp_path / "t.json")
        assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8")) == json.loads(json.dumps(done.to_dict()))

    def test_an_earlier_calibration_is_replaced(self, people, tmp_path):
        for _ in range(2):
            calibrated(people, impostors(), save=tmp_path / "t.json")
        assert [each.name for each in tmp_path.glob("*t.json*")] == ["t.json"]

    def test_nothing_else_is_written_over(self, people):
        path = table(people, impostors())
        with pytest.raises(UsageError, match=r"pairs\.csv holds something else, which would be lost"):
            calibrate(path, model=TINY, save=path)
        assert path.read_text().startswith("first,second")


class TestRefused:
    def test_too_few_strangers_before_any_photo_is_looked_at(self, people):
        with pytest.raises(DataError, match=r"pairs\.csv has 99 pairs of different people .*at least 100, and 10,000"):
            calibrated(people, impostors()[:99], progress=lambda *now: pytest.fail("a photo was looked at"))

    def test_too_few_faces_found(self, people):
        dark = [("dark.png", f"{person}_{number}.png", 0, "") for person, number in product(range(PEOPLE), (0, 1))]
        with pytest.raises(DataError, match=r"both faces were found in 99 pairs.* 0 photos .* and 1 show no face"):
            calibrated(people, impostors()[:99] + dark)

    def test_a_model_that_embeds_no_faces(self, people):
        with pytest.raises(UsageError, match=r"yunet\.wider does not embed faces.*: yunet_sface, yunet_sface_mirrored"):
            calibrate(table(people, impostors()), model="yunet.wider")


@pytest.mark.slow
@pytest.mark.weights
def test_on_real_photographs_thresholds_are_those_of_the_model(tmp_path):
    if not LFW.exists():
        pytest.skip("LFW's photographs are not at ../shared/data/lfw_dev")
    head, *rows = (LFW / "pairs.csv").read_text().splitlines()
    some = [row for row in rows if row.split(",")[2] == "0"][:150] + [row for row in rows if ",1," in row][:40]
    (tmp_path / "pairs.csv").write_text("\n".join([head, *some]))
    done = calibrate(tmp_path / "pairs.csv", root=LFW / "images")
    assert isinstance(done.acceptance, Acceptance)
    assert 0.1 < done.acceptance.threshold(0.1) < 0.3
    assert done.overall.outcomes[0].tar > 0.95
