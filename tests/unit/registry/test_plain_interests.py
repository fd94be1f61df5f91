"""Needs and offers in plain words: read where they have one meaning, asked about otherwise."""

from typing import Any

import pytest

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
        ("adult education, webinar", "Entry 1: “adult education, webinar” names a topic but no subject; add one"),
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
