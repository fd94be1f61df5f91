"""Needs and offers in plain words: read where they have one meaning, asked about otherwise."""

from typing import Any

import pytest

from isopolity.registry.entrypoints.imports.cells.plain_interests import OpenWords, completed, plain_interests
from tests.support.registry.import_rows import read


def needs(cell: str) -> Any:
    rows, _ = read("cities", "kind\tname\tcountry\tneeds", f"city\tA\tBR\t{cell}")
    (city,) = rows
    if isinstance(city, list):
        return [one.detail for one in city]
    return [(one.subject, one.intensity, one.mode, one.topics) for one in city.needs]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("literacy, webinar", [("cluster.literacy", 3, "webinar", ())]),
        ("Literacy (webinar)", [("cluster.literacy", 3, "webinar", ())]),
        ("webinar, literacy, 5", [("cluster.literacy", 5, "webinar", ())]),
        ("alphabétisation, webinaire", [("cluster.literacy", 3, "webinar", ())]),
        ("literacy, adult education, webinar", [("cluster.literacy", 3, "webinar", ("topic.1473",))]),
        ("adult education, webinar", [("sdg.4", 3, "webinar", ("topic.1473",))]),
        ("emploi des jeunes, en ligne", [("sdg.8", 3, "webinar", ("topic.9044",))]),
        ("Alphabetisierung, Austausch von Personal", [("cluster.literacy", 3, "staff-exchange", ())]),
        ("literacy, visites d'étude", [("cluster.literacy", 3, "study-visit", ())]),
        ("health = sdg.3, webinar", [("sdg.3", 3, "webinar", ("topic.238",))]),
        ("health, online = learning for health and well-being", [("cluster.health", 3, "webinar", ("topic.238",))]),
        ("literacy, climate action, webinar", [("cluster.literacy", 3, "webinar", ()), ("sdg.13", 3, "webinar", ())]),
        (
            "literacy, webinar; quality education, study visit",
            [("cluster.literacy", 3, "webinar", ()), ("sdg.4", 3, "study-visit", ())],
        ),
        ("literacy, webinar|sdg.3:4:pilot", [("cluster.literacy", 3, "webinar", ()), ("sdg.3", 4, "pilot", ())]),
    ],
)
def test_words_with_one_reading_are_needs(cell: str, found: Any) -> None:
    assert needs(cell) == found


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("literacy", "Entry 1: Write “literacy” with one mode, as in “literacy, webinar”; modes are study visit,"),
        ("museums, webinar", "Entry 1: “museums, webinar” names a topic but no subject; add one"),
        ("literacy, webinar, pilot", "Entry 1: Write “literacy, webinar, pilot” with one mode"),
        ("literacy, climate action, adult education, webinar", "can be read in several ways; put a semicolon"),
        ("literrracy, webinar", "Entry 1: There is no subject “literrracy”; did you mean literacy"),
    ],
)
def test_words_with_no_reading_or_several_are_asked_about_in_one_sentence(cell: str, sentence: str) -> None:
    (told,) = needs(cell)
    assert sentence in told


def test_the_answer_tells_which_intensity_words_without_a_number_get() -> None:
    _, told = read("cities", "kind\tname\tcountry\tneeds", "city\tA\tBR\tliteracy, webinar")
    assert told == [
        "Needs and offers in words without a number from 1 to 5 get 3, as in line 2, needs: “literacy, webinar”."
    ]


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ("learning by doing, literacy, webinar", "learning by doing"),
        ("Books/films for all = cluster.literacy, webinar", "Books/films for all"),
        ("literacy, webinar", None),
        ("a = b, literacy, webinar", "a = b"),
    ],
)
def test_words_that_are_no_name_stay_as_the_citys_own(cell: str, title: str | None) -> None:
    rows, _ = read("cities", "kind\tname\tcountry\tneeds", f"city\tA\tBR\t{cell}")
    assert [one.title for one in rows[0].needs] == [title]


@pytest.mark.parametrize(
    ("words", "lacks", "subjects"),
    [
        ("health", ["subject", "mode"], ["cluster.health", "sdg.3"]),
        ("Gesundheit, online", ["subject"], ["cluster.health", "sdg.3"]),
        ("santé", ["subject", "mode"], ["cluster.health", "sdg.3"]),
        ("literacy", ["mode"], ["cluster.literacy"]),
        ("literrracy, webinar", ["subject"], ["cluster.literacy"]),
        ("literacy, climate action, by boat, webinar", ["subject"], ["cluster.literacy", "sdg.13"]),
    ],
)
def test_what_words_leave_open_comes_with_the_likeliest_subjects(
    words: str, lacks: list[str], subjects: list[str]
) -> None:
    found = plain_interests(words)
    assert isinstance(found, OpenWords)
    assert (list(found.lacks), list(found.subjects)[: len(subjects)]) == (lacks, subjects)


def test_an_answer_completes_words_and_leaves_them_as_they_are() -> None:
    once = completed("santé", "", "webinar", [])
    assert once == "santé = webinar"
    twice = completed(once, "sdg.3", "", ["topic.57"])
    assert twice == "santé = sdg.3, webinar, topic.57"
    assert plain_interests(twice) == [
        {"subject": "sdg.3", "intensity": 3, "mode": "webinar", "topics": ["topic.238", "topic.57"]}
    ]
