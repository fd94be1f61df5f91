"""Codes by their English names, and what is said of a text that means none."""

import pytest

from isopolity.contracts.codes import MODES
from isopolity.registry.entrypoints.imports.cells.codes import code_lists
from isopolity.registry.entrypoints.imports.cells.columns import Form
from isopolity.registry.entrypoints.imports.cells.lists import parts
from isopolity.registry.entrypoints.imports.tables import TABLES
from tests.support.registry.import_rows import read


def test_every_code_and_every_name_of_a_list_means_that_code() -> None:
    for codes in code_lists().values():
        assert {codes.code(code): code for code in codes.labels} == {code: code for code in codes.labels}
        for code, label in codes.labels.items():
            found = codes.code(label)
            assert found == code or label.casefold() in codes.labels, (codes.noun, label)


@pytest.mark.parametrize(
    ("noun", "text", "code"),
    [
        ("country", "Brazil", "BR"),
        ("country", "br", "BR"),
        ("country", "Viet Nam", "VN"),
        ("country", "Cote d\u2019Ivoire", "CI"),
        ("country", "Iran (Islamic Republic of)", "IR"),
        ("country", "TÜRKIYE", "TR"),
        ("country", "South Korea", "KR"),
        ("country", "DR Congo", "CD"),
        ("country", "Lao People\u2019s Democratic Republic", "LA"),
        ("country", "United Kingdom", "GB"),
        ("country", "Palestinian Territories", "PS"),
        ("country", "Bosnia & Herzegovina", "BA"),
        ("country", "Allemagne", "DE"),
        ("country", "ALEMANIA", "DE"),
        ("country", "Германия", "DE"),
        ("country", "ألمانيا", "DE"),
        ("country", "德国", "DE"),
        ("country", "Deutschland", "DE"),
        ("country", "Liban", "LB"),
        ("country", "UK", "GB"),
        ("country", "Royaume-Uni", "GB"),
        ("country", "Ivory Coast", "CI"),
        ("country", "Costa de Marfil", "CI"),
        ("country", "R.D.C.", "CD"),
        ("country", "deu", "DE"),
        ("country", "XKX", "XK"),
        ("country", "Frankreich", "FR"),
        ("country", "Kamerun", "CM"),
        ("country", "Irland", "IE"),
        ("country", "Türkei", "TR"),
        ("country", "TUERKEI", "TR"),
        ("country", "Spanien", "ES"),
        ("country", "GRIECHENLAND", "GR"),
        ("country", "ESTLAND", "EE"),
        ("country", "KOREA (SÜD)", "KR"),
        ("country", "SUEDKOREA", "KR"),
        ("country", "Rép. dém. du Congo", "CD"),
        ("country", "Chine (RP)", "CN"),
        ("country", "Germania", "DE"),
        ("country", "Almanya", "DE"),
        ("country", "독일", "DE"),
        ("country", "Конго", "CG"),
        ("language", "Französisch", "fr"),
        ("language", "Englisch", "en"),
        ("language", "ENGLISCH", "en"),
        ("language", "Türkisch", "tr"),
        ("language", "Tuerkisch", "tr"),
        ("language", "tedesco", "de"),
        ("language", "français", "fr"),
        ("language", "FRANCAIS", "fr"),
        ("language", "allemand", "de"),
        ("language", "Deutsch", "de"),
        ("language", "ger", "de"),
        ("language", "العربية", "ar"),
        ("language", "英语", "en"),
        ("language", "is", "is"),
        ("language", "Portuguese", "pt"),
        ("language", "PT", "pt"),
        ("language", "Brazilian Portuguese", "pt-BR"),
        ("language", "qaa-Latn", "qaa-Latn"),
        ("subject", "Quality Education", "sdg.4"),
        ("subject", "SDG 4", "sdg.4"),
        ("mode", "Study visit", "study-visit"),
        ("mode", "good practice transfer", "good-practice"),
        ("kind of partner", "Foundation", "foundation"),
        ("role", "approver (mayor's office)", "approver"),
        ("region", "Asia and the Pacific", "asia-pacific"),
    ],
)
def test_a_code_or_a_name_is_understood(noun: str, text: str, code: str) -> None:
    assert code_lists()[noun].code(text) == code


@pytest.mark.parametrize(
    ("noun", "text", "sentence"),
    [
        ("country", "Brasill", "There is no country “Brasill”; did you mean Brazil (BR)?"),
        ("country", "Korea", "“Korea” can mean Democratic People\u2019s Republic of Korea (KP) or Republic of"),
        ("country", "Saint-Martin", "(MF) or Sint Maarten (Dutch part) (SX); write which."),
        ("country", "Kongo", "“Kongo” can mean Democratic Republic of the Congo (CD) or Congo (CG); write which."),
        ("country", "Griechenlnd", "There is no country “Griechenlnd”; did you mean Greece (GR)"),
        ("language", "isiNdebele", "“isiNdebele” can mean North Ndebele (nd) or South Ndebele (nr); write which."),
        ("mode", "studyvisits", "There is no mode “studyvisits”; did you mean study-visit?"),
        ("subject", "qualty educaton", "did you mean quality education (sdg.4)"),
        ("country", "XX", "There is no country “XX”; give one of the code list, such as Andorra (AD)."),
        ("country", "Swizerland", "There is no country “Swizerland”; did you mean Switzerland (CH)?"),
        ("kind of city", "hamlet", "“hamlet”; give city, district, county or consortium."),
        ("subject", "y" * 5_000, "such as individual empowerment and social cohesion (area.cohesion)."),
    ],
)
def test_what_means_no_code_is_told_with_what_is_near(noun: str, text: str, sentence: str) -> None:
    codes = code_lists()[noun]
    told = codes.unknown(text, codes.near(text))
    assert sentence in told
    assert len(told) < 300


def test_names_stand_in_lists_and_in_needs_as_codes_do() -> None:
    heading = "kind;name;country;languages;needs"
    (city,), _ = read(
        "cities", heading, "City;A;Brazil;English|portunhol|pt-BR;Quality education: 3:study visit:1.12.2027"
    )
    assert city[0].detail.startswith("Entry 2: There is no language “portunhol”")
    rows = ("City;A;Brazil;English|pt;Quality education:3: Study visit|sdg.3:1:webinar:2027-12-01",)
    (city,), _ = read("cities", heading, *rows)
    assert (city.kind, city.country, city.languages) == ("city", "BR", ("en", "pt"))
    assert [(one.subject, one.mode) for one in city.needs] == [("sdg.4", "study-visit"), ("sdg.3", "webinar")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Health and well-being", "cluster.health"),
        ("good health and well-being", "sdg.3"),
        ("sustainable development", "area.sustainability"),
    ],
)
def test_a_subject_is_known_by_the_name_of_its_own_list_too(text: str, code: str) -> None:
    assert code_lists()["subject"].code(text) == code


def test_codes_with_commas_or_semicolons_between_them_are_a_list() -> None:
    heading = "kind;name;country;languages"
    (city,), _ = read("cities", heading, 'city;A;BR;"English; fr , PT;"')
    assert city.languages == ("en", "fr", "pt")
    (problems,), _ = read("cities", heading, "city;A;BR;english, frensh")
    assert [one.detail for one in problems] == ["Entry 2: There is no language “frensh”; did you mean French (fr)?"]


def test_a_wrong_part_of_a_need_is_told_by_its_entry() -> None:
    (problems,), _ = read("cities", "kind;name;country;needs", "city;A;BR;sdg.4:3:webinar|sdg.99:3:webbinar:5.6.2027")
    assert [one.column for one in problems] == ["needs"] * 3
    subject, mode, until = (one.detail for one in problems)
    assert subject.startswith("Entry 2, subject: There is no subject “sdg.99”; did you mean ")
    assert mode == "Entry 2, mode: There is no mode “webbinar”; did you mean webinar?"
    assert until == "Entry 2, valid_until: Give the date as YYYY-MM-DD, such as 2027-12-31."


def test_a_bar_within_an_entry_is_written_with_a_backslash() -> None:
    (city,), _ = read("cities", "kind;name;country;local_names", r"city;A;BR;a\|b|c\\| d\e |f\\\|g")
    assert city.local_names == ("a|b", "c\\", "d\\e", "f\\|g")


@pytest.mark.parametrize("entry", ["a", r"a\|b"])
def test_what_follows_the_longest_list_is_not_taken_apart(entry: str) -> None:
    assert len(parts("|".join([entry] * 9), 5)) == 6
    assert parts("|".join([entry] * 2), 5) == [entry.replace("\\", "")] * 2


@pytest.mark.parametrize(
    ("entry", "start"),
    [
        ("sdg.4:3", "Write it as subject:intensity:mode, such as sdg.4:3:webinar, "),
        ("literacy:", "Write it as subject:intensity:mode, such as cluster.literacy:3:webinar, "),
        (":3", "Write it as subject:intensity:mode, such as sdg.4:3:webinar, "),
        ("litteracy:3", "There is no subject “litteracy”; did you mean literacy (cluster.literacy)? Write it as "),
    ],
)
def test_a_need_that_is_not_whole_is_told_how_it_is_written(entry: str, start: str) -> None:
    (problems,), _ = read("cities", "kind;name;country;needs", f"city;Turku;FI;sdg.4:3:webinar|{entry}")
    ((column, detail),) = [(problem.column, problem.detail) for problem in problems]
    assert column == "needs"
    assert detail.startswith(f"Entry 2: {start}")
    assert detail.endswith("with an intensity from 1 to 5 and one of the modes " + ", ".join(MODES) + ".")


@pytest.mark.parametrize("entry", ["literacy:3:webinar", "Literacy:3:study visit"])
def test_a_need_takes_the_names_of_its_subject_and_mode(entry: str) -> None:
    (city,), _ = read("cities", "kind;name;country;needs", f"city;Turku;FI;{entry}")
    assert [need.subject for need in city.needs] == ["cluster.literacy"]


def test_every_list_is_that_of_a_column() -> None:
    columns = [column for table in TABLES.values() for column in table.columns.values()]
    assert {one.code_list for one in columns if one.form is Form.CODE} == code_lists().keys()
