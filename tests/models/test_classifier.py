"""A classifier that was taught, opened from its folder."""

import json
import os
import shutil
import threading

import numpy as np
import pytest

import opsin
from opsin.core.errors import RefusedError, UnknownNameError, UsageError, WeightsError
from opsin.models import SingleNetwork, card_of, cards_needed, open_model
from opsin.runtime.network import Place
from opsin.tasks.classification import ClassificationOptions

RED, GREEN = (np.full((40, 60, 3), colour, np.uint8) for colour in ((250, 9, 9), (9, 250, 9)))


def change(folder, **values):
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps(card | values), encoding="utf-8")


def opened(folder):
    return open_model(str(folder), Place())


def test_a_folder_answers_as_a_name_does(taught):
    answer = opsin.classify(RED, model=str(taught))
    assert (answer.labels[0], answer.model, answer.size) == ("red", "colours", (40, 60))


def test_its_card_and_no_other_is_needed(taught):
    assert card_of(str(taught)).trained_on == "paint"
    assert cards_needed(str(taught)) == [card_of(str(taught))]


def test_the_path_of_its_network_names_it_too(taught):
    assert opened(taught / "network.keras").run([GREEN], ClassificationOptions())[0].labels[0] == "green"


def test_the_network_takes_bytes_by_name_and_gives_logits_by_name(taught):
    model = opened(taught)
    assert isinstance(model, SingleNetwork)
    batch, placements = model.prepare([RED, GREEN])
    raw = model.network(batch)
    assert (batch["image"].shape, batch["image"].dtype, len(placements)) == ((2, 8, 8, 3), np.uint8, 2)
    assert raw["logits"] == pytest.approx(10 * np.float32([[250, 9, 9], [9, 250, 9]]) / 255, rel=1e-5)


def test_scores_are_those_of_the_cards_temperature(taught):
    def scores(temperature):
        change(taught, temperature=temperature)
        return opsin.classify(RED, model=str(taught)).scores

    logits = 10 * np.array([250, 9, 9]) / 255
    for temperature in (1.0, 20.0):
        powers = np.exp(logits / temperature)
        assert scores(temperature) == pytest.approx(powers / powers.sum(), abs=1e-5)


def test_a_picture_like_none_of_its_labels_is_unknown(taught):
    change(taught, reject_below=0.6)
    grey = np.full((40, 60, 3), 90, np.uint8)
    answer = opsin.classify(grey, model=str(taught))
    assert answer.labels == ("unknown", "red", "green", "blue")
    assert answer.scores == pytest.approx([2 / 3, 1 / 3, 1 / 3, 1 / 3])
    assert opsin.classify(RED, model=str(taught)).labels[0] == "red"


def test_it_is_opened_once_until_its_files_change(taught):
    first = opened(taught)
    assert opened(taught) is first
    change(taught, name="colours again")
    assert opened(taught) is not first
    assert opened(taught).card.name == "colours again"


def test_a_new_network_in_the_folder_is_used(taught):
    before = opened(taught)
    os.utime(taught / "network.keras", ns=(1, 1))
    assert opened(taught) is not before


def test_two_paths_of_one_folder_share_a_model(taught, monkeypatch):
    monkeypatch.chdir(taught.parent)
    assert opened("colours") is opened(taught)


def test_a_registered_name_is_never_taken_for_a_folder(taught, monkeypatch):
    monkeypatch.chdir(taught.parent)
    shutil.copytree(taught, "look_tiny")
    assert card_of("look_tiny").task == "look"


def test_a_path_that_is_no_model_is_an_unknown_name(tmp_path):
    for path in (tmp_path, tmp_path / "gone"):
        with pytest.raises(UnknownNameError, match=rf"^There is no model called '{path}'\."):
            card_of(str(path))


def test_a_folder_without_a_network_says_so(taught):
    (taught / "network.keras").unlink()
    with pytest.raises(WeightsError, match="holds a card but no network"):
        opened(taught)


@pytest.mark.parametrize("values", [{"labels": []}, {"input_size": None}])
def test_a_card_that_says_too_little_is_refused(taught, values):
    change(taught, **values)
    with pytest.raises(WeightsError, match="must state the input_size and the labels of its network"):
        opened(taught)


def test_a_card_of_another_task_is_refused(taught):
    change(taught, task="detection")
    with pytest.raises(UsageError, match="answers detection, not classification"):
        opsin.classify(RED, model=str(taught))
    change(taught, task="guessing")
    with pytest.raises(UnknownNameError, match=r"can be opened from a folder called 'guessing'\."):
        opened(taught)


def test_a_licence_that_is_not_accepted_is_refused(taught, monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", "permissive")
    change(taught, licence="CC-BY-NC-4.0")
    with pytest.raises(RefusedError, match=r"colours: the licence of its weights is CC-BY-NC-4\.0"):
        opened(taught)


@pytest.mark.parametrize("policy", ["permissive", "strict"])
def test_a_network_taught_from_nothing_is_its_owners(taught, monkeypatch, policy):
    monkeypatch.setenv("OPSIN_LICENCES", policy)
    assert opened(taught).card.licence == ""


def test_an_image_alone_gets_the_answer_that_it_gets_among_others(taught):
    images = [np.random.default_rng(seed).integers(0, 256, (9 + seed, 30, 3), np.uint8) for seed in range(5)]
    model, options = opened(taught), ClassificationOptions()
    alone = [model.run([image], options)[0].scores for image in images]
    assert [each.scores.tolist() for each in model.run(images, options)] == [
        pytest.approx(scores, abs=1e-5) for scores in alone
    ]


def test_several_threads_may_ask_at_once(taught):
    model, found = opened(taught), {}

    def ask(number):
        image = RED if number % 2 else GREEN
        found[number] = model.run([image] * (1 + number % 3), ClassificationOptions())[0].labels[0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: "red" if number % 2 else "green" for number in range(12)}


def test_a_grey_network_gets_one_channel(taught):
    change(taught, channels=1, fit="ink", input_size=[28, 28])
    batch, _ = opened(taught).prepare([RED])
    assert batch["image"].shape == (1, 28, 28, 1)


def test_pictures_are_read_small_unless_what_they_show_must_be_found_first(taught):
    assert opened(taught).reading_size(ClassificationOptions()) == (8, 8)
    change(taught, fit="ink")
    assert opened(taught).reading_size(ClassificationOptions()) is None
