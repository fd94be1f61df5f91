"""The catalogues are whole; what is wrong in one is said in a sentence."""

from pathlib import Path
from shutil import copytree

import pytest
from babel.messages.catalog import Catalog

from deploy.messages.__main__ import check, main
from deploy.messages.faults import MACHINE, faults_of
from deploy.messages.files import FOLDER, catalogue_of, updated

ROOT = Path(__file__).parents[3]
SOURCES = (
    "services/portal/src/isopolity/portal/templates",
    "services/portal/src/isopolity/portal/adapters",
    "services/portal/src/isopolity/portal/entrypoints/http",
    "services/notify/src/isopolity/notify/templates",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the catalogues are made from and they themselves, to be changed."""
    for folder in (*SOURCES, FOLDER.as_posix()):
        copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_the_catalogues_are_whole() -> None:
    assert [*check(ROOT)] == []


def test_a_new_sentence_of_a_page_fails_until_it_is_translated(copy: Path) -> None:
    page = copy / SOURCES[0] / "home.html"
    page.write_text(page.read_text() + "{% trans %}Zebras drink quietly.{% endtrans %}")
    assert f"{FOLDER}/fr.po is stale: run make messages" in [*check(copy)]
    main(["--root", str(copy)])
    assert {each for each in check(copy) if each.startswith("fr.po")} == {
        "fr.po: not translated: “Zebras drink quietly.”"
    }


def test_a_sentence_that_changes_a_little_keeps_its_translation_as_fuzzy(copy: Path) -> None:
    page = copy / SOURCES[0] / "home.html"
    page.write_text(page.read_text().replace("Cities that could meet", "Cities that can meet"))
    main(["--root", str(copy)])
    assert [each.partition(":")[2] for each in check(copy) if each.startswith("es.po")] == [
        " fuzzy: compare it with the changed English sentence, then delete the line “#, fuzzy”: “Cities that can meet”"
    ]
    assert '#| msgid "Cities that could meet"' in (copy / FOLDER / "es.po").read_text()


def test_a_language_is_begun_and_may_stand_half_done_until_it_is_offered(copy: Path) -> None:
    assert main(["de", "--root", str(copy)]) == 0
    assert [*check(copy)] == []
    text = (copy / FOLDER / "de.po").read_text()
    assert text.startswith("# German sentences of Isopolity")
    assert 'msgid "Cities"\nmsgstr ""' in text


def test_what_is_no_language_is_not_begun(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["klingon", "--root", str(copy)]) == 1
    assert "There is no language with the code klingon" in capsys.readouterr().err
    assert not (copy / FOLDER / "klingon.po").exists()


@pytest.mark.parametrize(
    ("english", "arabic", "fault"),
    [
        ("%(day)s it is", "هو", "lost place %(day)s"),
        ("It is", "هو %(day)s", "unknown place %(day)s"),
        ("It <b>is</b>", "هو", "other markup"),
        ("It is", "هو\u200f", "characters of direction, which the pages set themselves"),
        ("It is", "هو ", "space at its beginning or end"),
        (("%(num)s city", "%(num)s cities"), ("مدينة", "مدن"), "6 plural forms are needed"),
        (("%(num)s city", "%(num)s cities"), ("a", "b", "c", "d", "", "%(num)s"), "6 plural forms are needed"),
        (("%(num)s city", "%(num)s cities"), ("a", "b", "c", "d", "e", "f"), "lost place %(num)s"),
        (("%(num)s city", "%(num)s cities"), ("a", "b", "c", "d", "e", "%(num)s"), None),
    ],
)
def test_what_is_wrong_with_a_translation_is_said(
    english: str | tuple[str, str], arabic: str | tuple[str, ...], fault: str | None
) -> None:
    catalogue = Catalog(locale="ar", header_comment=MACHINE)
    catalogue.add(english, arabic)
    first = english if isinstance(english, str) else english[0]
    assert [*faults_of(catalogue)] == ([] if fault is None else [f"ar.po: {fault}: “{first}”"])


def test_a_provisional_language_says_in_its_catalogue_that_a_machine_translated_it() -> None:
    assert [*faults_of(Catalog(locale="fr", header_comment=""))] == [
        "fr.po: the header says “Translated by a machine” if, and only if, "
        "the language is provisional in isopolity/languages/offered.py"
    ]


def test_a_catalogue_is_written_the_same_way_each_time() -> None:
    for code in ("fr", "ar"):
        file = (ROOT / FOLDER / f"{code}.po").read_text()
        assert "POT-Creation-Date" not in file
        catalogue = catalogue_of(code, ROOT)
        assert updated(catalogue, catalogue_of(code, ROOT)) == file
