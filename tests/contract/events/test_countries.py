"""The table of countries and territories: whole, unambiguous, as the United Nations and UNESCO name them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from isopolity.contracts import countries as table
from isopolity.contracts.codes import REGIONS, country_regions
from isopolity.contracts.countries import LANGUAGES, countries, countries_with, country_name, country_names
from isopolity.portal.settings import PortalSettings
from isopolity.runtime.process import settings_problem
from tests.support.demo_files import demo_file, read, read_lines

ISO_3166_1 = re.findall(
    "[A-Z]{2}",
    """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
""",
)
BEYOND_ISO = {"XK"}
SCRIPTS = {"ru": "CYRILLIC", "ar": "ARABIC", "zh": "CJK"}


@pytest.fixture
def own_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The network's own file, which the setting names; caches are empty before and after."""
    own = tmp_path / "own.csv"
    monkeypatch.setenv(table.OWN_TABLE, str(own))
    _forget()
    yield own
    _forget()


def _forget() -> None:
    countries.cache_clear()
    country_names.cache_clear()


def test_each_code_of_iso_3166_1_has_a_row_and_no_other_but_kosovo_has() -> None:
    assert set(countries()) == {*ISO_3166_1, *BEYOND_ISO}
    assert list(countries()) == sorted(countries())


def test_each_country_but_antarctica_has_a_region() -> None:
    assert set(countries()) - set(country_regions()) == {"AQ"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_country_has_one_name_in_each_language_and_shares_it_with_no_other(language: str) -> None:
    names = list(country_names(language).values())
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert name, language
        assert name == unicodedata.normalize("NFC", name).strip()
        assert not set("'\u200e\u200f|*_") & set(name)  # typographic apostrophes, and no marks of their sources


@pytest.mark.parametrize("language", SCRIPTS)
def test_names_are_in_the_script_of_their_language(language: str) -> None:
    for name in country_names(language).values():
        assert unicodedata.name(name[0]).startswith(SCRIPTS[language])


def test_unesco_has_194_member_states_and_12_associate_members() -> None:
    found: dict[str, list[str]] = {}
    for country in countries().values():
        found.setdefault(country.unesco, []).append(country.code)
    assert (len(found["member"]), len(found["associate"])) == (194, 12)
    assert found["associate"] == ["AI", "AW", "AX", "CW", "FO", "KY", "MO", "MS", "NC", "SX", "TK", "VG"]
    assert {"CK", "NU", "PS", "US"} <= set(found["member"])
    assert {"IL", "LI", "VA", "XK"} <= set(found["other"])


def test_member_states_lie_in_the_regions_of_unesco() -> None:
    """Tajikistan and Uzbekistan, which vote with Eastern Europe, take part in activities of Asia and the Pacific."""
    found = Counter(country_regions()[each.code] for each in countries().values() if each.unesco == "member")
    assert found == {
        "africa": 47,
        "arab-states": 19,
        "asia-pacific": 46,
        "europe-north-america": 49,
        "latin-america-caribbean": 33,
    }
    assert list(REGIONS) == sorted(found)


def test_places_where_nobody_lives_all_year_are_known_as_such() -> None:
    nowhere = [each.code for each in countries().values() if not each.has_people]
    assert nowhere == ["AQ", "BV", "GS", "HM", "IO", "TF", "UM"]
    assert all(each.has_people for each in countries().values() if each.unesco != "other")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("BO", "Bolivia (Plurinational State of)"),
        ("BN", "Brunei Darussalam"),
        ("CD", "Democratic Republic of the Congo"),
        ("CG", "Congo"),
        ("CI", "Côte d\u2019Ivoire"),
        ("CV", "Cabo Verde"),
        ("CZ", "Czechia"),
        ("FM", "Micronesia (Federated States of)"),
        ("HK", "China, Hong Kong SAR"),
        ("IR", "Iran (Islamic Republic of)"),
        ("KP", "Democratic People\u2019s Republic of Korea"),
        ("KR", "Republic of Korea"),
        ("LA", "Lao People\u2019s Democratic Republic"),
        ("MD", "Republic of Moldova"),
        ("MK", "North Macedonia"),
        ("MO", "China, Macao SAR"),
        ("NL", "Netherlands (Kingdom of the)"),
        ("PS", "Palestine"),
        ("RU", "Russian Federation"),
        ("SY", "Syrian Arab Republic"),
        ("SZ", "Eswatini"),
        ("TR", "Türkiye"),
        ("TZ", "United Republic of Tanzania"),
        ("VE", "Venezuela (Bolivarian Republic of)"),
        ("VN", "Viet Nam"),
    ],
)
def test_a_country_has_the_name_that_the_united_nations_or_unesco_uses(code: str, name: str) -> None:
    assert country_name(code) == name


def test_names_are_found_by_language_and_in_english_for_any_other() -> None:
    assert country_name("CI", "fr") == "Côte d\u2019Ivoire"
    assert country_name("KR", "es") == "República de Corea"
    assert country_name("KE", "pt_BR") == "Quênia"
    assert country_name("CN", "zh_Hans") == "中国"
    assert country_name("DE", "de") == "Germany"
    assert country_name("XX") == "XX"


def test_a_network_names_a_country_by_a_file_of_its_own(own_table: Path) -> None:
    own_table.write_text("code,en,fr,people,also\nCI,Ivory Coast,,,Côte d\u2019Ivoire\nBV,,,yes,\n", encoding="utf-8")
    assert (country_name("CI"), country_name("CI", "fr")) == ("Ivory Coast", "Côte d\u2019Ivoire")
    assert countries()["CI"].also == ("Côte d\u2019Ivoire",)
    assert countries()["BV"].has_people
    assert country_name("KE") == "Kenya"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("code,en\nXX,Atlantis\n", "there is no country “XX”; give two letters of ISO 3166-1, such as BR"),
        ("code,en\nKE,Congo\n", "CG and KE have the same name in “en”; give each its own"),
        ("code,de\nKE,Kenia\n", "there is no column “de”; give code, unesco, people, en, fr, es, pt, ru, ar, zh, also"),
        ("en\nKenya\n", "the first line has no column “code”"),
        ("code,people\nKE,many\n", "KE, people: “many” is neither yes nor no"),
        ("code,unesco\nKE,friend\n", "KE, unesco: “friend” is none of member, associate, other"),
        ("code,en\nKE,Kenya,Kenia\n", "line 2 has another number of cells than the first"),
        ("code,en\nKE\n", "line 2 has another number of cells than the first"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_what_to_change(tmp_path: Path, text: str, sentence: str) -> None:
    own = tmp_path / "own.csv"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"own\.csv") as refused:
        countries_with(own)
    assert str(refused.value) == f"{own}: {sentence}"


def test_a_service_does_not_start_with_a_wrong_file_and_says_what_to_change(own_table: Path) -> None:
    own_table.write_text("code,en\nXX,Atlantis\n", encoding="utf-8")
    with pytest.raises(ValidationError) as refused:
        PortalSettings()
    told = settings_problem(refused.value)
    assert told.startswith("Correct ISOPOLITY_COUNTRIES: ")
    assert "there is no country \u201cXX\u201d; give two letters of ISO 3166-1, such as BR" in told


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_bytes(b"code,en\nCI,C\xf4te\n")
    for own in (tmp_path / "none.csv", tmp_path / "own.csv"):
        with pytest.raises(ValueError, match="cannot be read; give a CSV file in UTF-8"):
            countries_with(own)


def test_a_spreadsheets_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("code,en\r\nKE,The Kenya\r\n", encoding="utf-8-sig")
    assert countries_with(own)["KE"].names["en"] == "The Kenya"


def test_each_country_of_the_demo_is_one_where_people_live() -> None:
    for name, column in (("cities", "country"), ("partners", "home_country"), ("requests", "city_country")):
        file = demo_file(name)
        rows = read(file) if file.suffix == ".csv" else read_lines(file)
        codes = {row[column] for row in rows} - {""}
        assert codes
        assert all(countries()[code].has_people for code in codes)
