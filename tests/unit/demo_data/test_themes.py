"""The bank of themes of the demo: codes are known, words short and plain, nothing is personal, languages are enough."""

import re
from collections import Counter
from itertools import product

import pytest

from demo_builder.interests import ONLINE_MODES
from demo_builder.leanings import NEEDS, OFFERS, places
from demo_builder.themes import Theme, Wording, themes, ways
from isopolity.contracts import codes
from isopolity.registry.domain.wording import Text, unfit
from isopolity.thesaurus.concepts import is_topic

SIDES = ("needs", "offers")
LANGUAGES = ("en", "fr", "es", "pt", "ar", "ru", "zh")
FEWEST = {"en": 120, "fr": 40, "es": 30, "ar": 15, "pt": 15, "ru": 12, "zh": 12}
"""How many themes have words in each language, at least."""

SHORTEST = {"ar": 65, "zh": 26}
"""How many characters a text has at least, by language, where words are shorter than in English."""

SCRIPTS = {"ar": "\u0600-\u06ff", "ru": "\u0400-\u04ff", "zh": "\u4e00-\u9fff"}


def wordings(theme: Theme) -> list[tuple[str, Wording]]:
    return [
        (language, wording) for side in SIDES for language, said in theme.sides[side].words.items() for wording in said
    ]


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.key)
def test_each_theme_is_in_known_codes_and_plain_words(theme: Theme) -> None:
    assert set(theme.subjects) <= set(codes.SUBJECTS)
    assert set(theme.modes) <= set(codes.MODES)
    assert 1 <= len(theme.topics) <= 3
    assert all(is_topic(topic) for topic in theme.topics)
    for language, wording in wordings(theme):
        assert len(wording.title) <= 80
        assert SHORTEST.get(language, 90) <= len(wording.text) <= 320
        for text in (wording.title, wording.text):
            assert re.search(f"[{SCRIPTS.get(language, 'a-z')}]", text)
            assert not list(unfit(Text(("text",), text.replace("{", "").replace("}", ""), "words")))
            if language != "en":
                assert "{" not in text


def test_keys_and_titles_are_used_once() -> None:
    keys = Counter(theme.key for theme in themes())
    titles = Counter(wording.title for theme in themes() for _, wording in wordings(theme))
    assert max(keys.values()) == max(titles.values()) == 1


def test_traits_are_known() -> None:
    known = {*NEEDS, *OFFERS, *codes.REGIONS, *codes.CREATIVE_FIELDS, *places(), "hosts", "learning", "awarded"}
    for theme in themes():
        assert theme.where <= known
        for side in theme.sides.values():
            assert side.leanings <= known
            assert side.only <= known
            assert all(each.only <= known for said in side.words.values() for each in said)


def test_each_side_has_english_words_and_other_languages_are_there_as_promised() -> None:
    for theme in themes():
        assert all(len(said) >= 3 for side in SIDES for said in theme.sides[side].words.values())
    for language, fewest in FEWEST.items():
        assert sum(any(language in theme.sides[side].words for side in SIDES) for theme in themes()) >= fewest


def test_each_subject_is_the_first_of_a_theme() -> None:
    assert {theme.subjects[0] for theme in themes()} == set(codes.SUBJECTS)


def test_each_mode_has_a_last_sentence_in_each_language() -> None:
    assert set(ways()) == set(codes.MODES)
    for mode, side, language in product(codes.MODES, SIDES, LANGUAGES):
        assert all(len(sentence) <= 100 for sentence in ways()[mode][side][language])
    assert set(ONLINE_MODES) == set(codes.ONLINE_MODES)
