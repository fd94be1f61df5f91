"""Headings as people write them: in two languages, with units and abbreviations."""

import pytest

from isopolity.registry.entrypoints.imports.headings.meanings import columns_of


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Nb d'habitants", "population"),
        ("Nbre d\u2019habitants", "population"),
        ("No. of inhabitants", "population"),
        ("Nr. Einwohner", "population"),
        ("Anzahl der Einwohner", "population"),
        ("EINWOHNER (in Tsd.)", "population"),
        ("Nb d'habitants en milliers", "population"),
        ("Einwohner in Tsd.", "population"),
        ("Adhésion", "learning_city_since"),
        ("BEITRITT", "learning_city_since"),
        ("Langues de travail", "languages"),
        ("SPRACHE", "languages"),
        ("Land / Country", "country"),
        ("Stadt\nCity", "name"),
        ("Pays [country]", "country"),
        ("Bedarf / Needs", "needs"),
        ("Bietet an / Offers", "offers"),
        ("Name (Country)", "name"),
        ("Peut offrir", "offers"),
        ("DATE_ADH", "learning_city_since"),
        ("NOM_CONTACT", "contact_name"),
        ("MEL_CONTACT", "contact_email"),
        ("CODE_PAYS", "country"),
    ],
)
def test_a_heading_is_understood_by_one_of_its_parts(heading: str, column: str) -> None:
    assert columns_of("cities", [heading]) == [column]


@pytest.mark.parametrize("heading", ["Name / Country", "N°", "Nr.", "No. of city", "Budget / Year", "()"])
def test_a_heading_whose_parts_mean_several_columns_or_none_is_left(heading: str) -> None:
    assert columns_of("cities", [heading]) == [None]


def test_a_heading_that_is_known_as_a_whole_is_not_split() -> None:
    assert columns_of("needs-and-offers", ["need or offer", "Text (Titel)"]) == ["side", "text"]


def test_an_exact_heading_goes_before_one_of_parts() -> None:
    assert columns_of("cities", ["Kontakt / E-Mail", "country", "Land (ISO)"]) == [None, "country", None]


def test_headings_of_a_list_of_foundations_are_understood() -> None:
    given = ["Name der Stiftung", "Sitz (Land)", "Programm", "Förderung von", "Förderung bis", "Antragsfrist"]
    meant = ["name", "home_country", "programme_name", "grant_min", "grant_max", "closes"]
    assert columns_of("partners", given) == meant
