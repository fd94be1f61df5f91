"""How topics are found: spelling, endings, half a word, typing errors, languages; and the table of entry words."""

import csv
from importlib.resources import files

from isopolity.thesaurus.concepts import LANGUAGES, concept, concepts, is_topic, label
from isopolity.thesaurus.index import ENTRY_COLUMNS, index
from isopolity.thesaurus.search import find
from isopolity.thesaurus.words import folded, stems, stop_words, words


def first(text: str, language: str | None = None) -> str:
    return label(find(text, language)[0].code)


def test_accents_case_and_points_do_not_matter() -> None:
    assert first("ALPHABETISATION DES ADULTES") == first("alphabétisation des adultes") == "Adult literacy"
    assert find("محو اميه الكبار") == find("محو أُمّيّة الكِبار")
    assert first("ликвидация неграмотности", "ru") == first("Ликвидация НЕГРАМОТНОСТИ", "ru")


def test_singular_and_plural_find_the_same() -> None:
    assert first("museum") == first("museums") == "Museums"
    assert first("bibliothèque") == first("bibliothèques") == "Libraries"


def test_the_last_word_may_be_half_typed_until_a_space_follows() -> None:
    assert "Adult literacy" in [label(each.code) for each in find("adult lit")]
    assert not any("literacy" in label(each.code) for each in find("lit "))


def test_typing_errors_are_forgiven_in_longer_words() -> None:
    assert first("vocatoinal trainig") == "Vocational training"
    assert find("xyz") == []


def test_labels_in_the_language_that_is_named_come_first() -> None:
    assert find("art", "fr")[0].matched == "Arts"
    assert find("cultura", "es")[0].matched == "Cultura"


def test_what_matched_is_told_and_each_topic_once() -> None:
    found = find("old people", "en", limit=50)
    assert found[0].matched == "old people"
    assert len({each.code for each in found}) == len(found)
    assert all(0 < each.fit <= 1 for each in found)


def test_each_preferred_label_finds_its_topic() -> None:
    for code, each in [*concepts().items()][::29]:
        for language, text in each.labels.items():
            assert code in [one.code for one in find(text, language)], (language, text)


def test_the_beginning_of_any_word_may_be_typed() -> None:
    for language in LANGUAGES:
        beginnings = {word[:2] for word in index(language).vocabulary if len(word) > 1}
        without = [each for each in beginnings if not find(each, language, limit=3)]
        assert len(without) <= 0.02 * len(beginnings), without


def test_single_letters_and_stop_words_may_be_typed() -> None:
    for language in LANGUAGES:
        for typed in {word[:1] for word in index(language).vocabulary} | stop_words(language):
            assert len(find(typed, language, limit=3)) <= 3


def test_nothing_is_found_for_nothing() -> None:
    assert find("") == find("  ") == find("?!") == []


def test_a_word_and_its_folded_spelling_share_a_stem() -> None:
    for language in LANGUAGES:
        for written in [*index(language).labels][::97]:
            found = words(written.text)
            plain = [folded(word) for word in found]
            for one, other in zip(stems(found, language), stems(plain, language), strict=True):
                assert one & other, written.text


def test_chinese_is_found_by_two_neighbouring_characters() -> None:
    assert words("成人教育") == ["成人", "人教", "教育"]
    assert first("成人教育") == "Adult education"


def test_entry_words_name_topics_that_exist_with_their_labels() -> None:
    rows = [
        *csv.DictReader(
            files("isopolity.thesaurus").joinpath("entry_words.csv").read_text(encoding="utf-8").splitlines()
        )
    ]
    assert tuple(rows[0]) == ENTRY_COLUMNS
    assert len({(row["language"], row["word"]) for row in rows}) == len(rows)
    for row in rows:
        codes = [f"topic.{number}" for number in row["numbers"].split()]
        assert all(map(is_topic, codes)), row
        assert row["labels"] == "|".join(concept(code).labels["en"] for code in codes), row
        assert row["language"] in LANGUAGES, row
        assert row["word"] == row["word"].strip()
