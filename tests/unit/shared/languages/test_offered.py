"""Which language a browser is answered in, whatever it sends; and what catalogues hold in sentences."""

from pathlib import Path

import pytest

from isopolity.languages import catalogues
from isopolity.languages.offered import ENGLISH, OFFERED, preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("AR-EG", "ar"),
        ("en;q=0.8, es;q=0.9", "es"),
        ("de, es;q=0.5, fr;q=0.7", "fr"),
        ("fr;q=0, es;q=0.1", "es"),
        ("de-CH", ENGLISH),
        ("*", ENGLISH),
        ("fr;q=0", ENGLISH),
        ("", ENGLISH),
    ],
)
def test_a_browser_gets_the_language_that_it_ranks_first_among_those_offered(header: str, language: str) -> None:
    assert preferred(header) == language


@pytest.mark.parametrize(
    "header",
    [
        "fr;q=nan",
        "fr;q=1e9",
        "fr;q=-1",
        "fr\u0000",
        "français",
        "../../fr",
        "<script>",
        ";q=1",
        "fr_FR",
        "x" * 100_000,
        "," * 100_000,
        f"{'de,' * 50_000}fr",
    ],
)
def test_a_header_that_makes_no_sense_is_answered_in_english(header: str) -> None:
    assert preferred(header) == ENGLISH


def test_no_language_is_offered_without_its_catalogue() -> None:
    assert {file.stem for file in catalogues.FOLDER.glob("*.po")} >= {*OFFERED} - {ENGLISH}


def test_values_are_isolated_where_the_sentence_runs_from_right_to_left() -> None:
    arabic = catalogues.translations_of("ar").gettext("Last changed on %(day)s.")
    assert "\N{FIRST STRONG ISOLATE}%(day)s\N{POP DIRECTIONAL ISOLATE}" in arabic
    assert (
        catalogues.translations_of("fr").gettext("Last changed on %(day)s.")
        == "Dernière modification\N{NO-BREAK SPACE}: %(day)s."
    )


def test_a_fuzzy_translation_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fr.po").write_text('#, fuzzy\nmsgid "Cities"\nmsgstr "Ville"\n\nmsgid "Name"\nmsgstr "Nom"\n')
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    catalogues.translations_of.cache_clear()
    found = catalogues.translations_of("fr")
    assert (found.gettext("Cities"), found.gettext("Name")) == ("Cities", "Nom")
    catalogues.translations_of.cache_clear()
