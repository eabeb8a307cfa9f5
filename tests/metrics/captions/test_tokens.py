import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.metrics.captions.tokens import tokens

FLICKR8K = Path(__file__).parents[3] / "../shared/data/flickr8k/captions.json"

# What Stanford's tokeniser makes of these, punctuation dropped.
KNOWN = {
    "A Dog , a cat; and a bird.": "a dog a cat and a bird",
    "dogs' toys and the children's play": "dogs toys and the children 's play",
    "I'm sure they don't and won't and cannot": "i 'm sure they do n't and wo n't and can not",
    "who's we've they'll she'd I've let's ain't": "who 's we 've they 'll she 'd i 've let 's ai n't",
    "don’t and dog’s “yes”": "do n't and dog 's yes",  # noqa: RUF001
    "gonna gotta wanna": "gon na got ta wan na",
    "an 8-year-old in black-and-white": "an 8-year-old in black-and-white",
    "a dog – running — fast -- off": "a dog running fast off",  # noqa: RUF001
    "1/2 and 6:30 and 3.5 and 1,000 and 10-29-2011": "1/2 and 6:30 and 3.5 and 1,000 and 10-29-2011",
    "5:54pm 10pm 4x4 2nd 1950's '80s 80s": "5:54 pm 10pm 4x4 2nd 1950 's '80s 80s",
    "it costs $5 or 50% or #1.": "it costs $ 5 or 50 % or # 1",
    "Mr. Smith in the U.S. at 10 a.m.": "mr. smith in the u.s. at 10 a.m.",
    "5 o'clock hors d'oeuvres": "5 o'clock hors d'oeuvres",
    "a slip 'n' slide": "a slip 'n' slide",
    "one,two three;four five:six stop...go": "one two three four five six stop go",
    "man/woman r&b salt & pepper": "man/woman r&b salt & pepper",
    "a café naïve ñandú": "a café naïve ñandú",
    "ground.A man": "ground.a man",
}


@pytest.mark.parametrize("text", KNOWN)
def test_words_are_those_of_the_penn_treebank(text):
    assert " ".join(tokens(text)) == KNOWN[text]


@given(st.text())
def test_words_have_no_capitals_and_no_spaces(text):
    assert all(word == word.lower() and not any(letter.isspace() for letter in word) for word in tokens(text))


def test_brackets_are_dropped():
    assert tokens("a man (in red)") == ("a", "man", "in", "red")


def test_nothing_has_no_words():
    assert tokens(" . ") == ()


@pytest.mark.slow
def test_words_of_real_captions_are_those_of_cocos_evaluation():
    pytest.importorskip("pycocoevalcap", reason="pycocoevalcap is not installed: pip install pycocoevalcap")
    if not shutil.which("java"):
        pytest.skip("there is no java to run COCO's own tokeniser with")
    if not FLICKR8K.exists():
        pytest.skip("the captions of Flickr8k are not at ../shared/data/flickr8k")
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    texts = [text for photo in json.loads(FLICKR8K.read_text()) for text in photo["captions"]]
    expected = PTBTokenizer().tokenize({number: [{"caption": text}] for number, text in enumerate(texts)})
    same = [" ".join(tokens(text)) == expected[number][0] for number, text in enumerate(texts)]
    assert sum(same) > 0.999 * len(same)
