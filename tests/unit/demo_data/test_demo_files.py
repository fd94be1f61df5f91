"""The committed demo files: every row valid, every region alive, nobody real contacted or named as a partner."""

from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from isopolity.contracts import codes
from isopolity.contracts.registry import CityState, Need, Offer, PartnerState, Programme, RequestState
from tests.support.demo_files import COUNTRIES, DEMO, Row, key, read, split

CITIES = read(DEMO / "cities.csv")
PARTNERS = read(DEMO / "partners.csv")
REQUESTS = read(DEMO / "requests.csv")
TWINNINGS = read(DEMO / "twinnings.csv")
NATIONS = {row["iso2"]: row for row in read(COUNTRIES)}
CITY_KEYS = {key(row) for row in CITIES}
YES_NO = {"yes", "no"}
WISH = {"needs": Need, "offers": Offer}


def region(city: Row) -> str:
    return NATIONS[city["country"]]["unesco_region"]


def wishes(city: Row, column: str) -> list[Row]:
    return [
        dict(zip(("subject", "intensity", "mode", "valid_until"), cell.split(":"), strict=False))
        for cell in split(city[column])
    ]


def subjects(city: Row, column: str) -> set[str]:
    return {wish["subject"] for wish in wishes(city, column)}


def test_every_city_is_valid() -> None:
    for city in CITIES:
        flags = ("can_travel", "can_host", "online_only", "wants_own_country", "illustrative")
        assert {city[flag] for flag in flags} <= YES_NO
        assert city["kind"] in codes.CITY_KINDS
        assert city["creative_field"] in {"", *codes.CREATIVE_FIELDS}
        assert city["contact_role"] in codes.CONTACT_ROLES
        assert city["languages"]
        state = CityState.model_validate(
            {name: cell for name, cell in city.items() if cell and name in CityState.model_fields}
            | {"city_id": "1", "version": 1, "status": "endorsed", "region": region(city)}
            | {name: tuple(split(city[name])) for name in ("local_names", "languages")}
            | {name: tuple(kind.model_validate(wish) for wish in wishes(city, name)) for name, kind in WISH.items()}
        )
        assert 1 <= state.capacity <= 3
        assert state.name not in state.local_names


def test_every_city_has_a_few_illustrative_needs_and_offers_that_it_can_keep() -> None:
    for city in CITIES:
        assert city["illustrative"] == "yes"
        for column, able in (("needs", "can_travel"), ("offers", "can_host")):
            drawn = wishes(city, column)
            assert 2 <= len(drawn) <= 4
            assert {wish["subject"] for wish in drawn} <= set(codes.SUBJECTS)
            modes = {wish["mode"] for wish in drawn}
            assert modes <= set(codes.ONLINE_MODES if city["online_only"] == "yes" else codes.MODES)
            assert city[able] == "yes" or not modes & {"study-visit", "staff-exchange"}
        assert not subjects(city, "needs") & subjects(city, "offers")


def test_some_cities_of_every_region_say_a_sentence_of_themselves_and_none_is_left_over() -> None:
    saying = [city for city in CITIES if city["about"]]
    written = {(row["country"], row["name"]): row["about"] for row in read(DEMO.parent / "about_texts.csv")}
    assert {(city["country"], city["name"]): city["about"] for city in saying} == written
    assert {region(city) for city in saying} == set(codes.REGIONS)
    assert all(len(city["about"]) <= 300 and city["illustrative"] == "yes" for city in saying)


def test_members_are_distinct_and_kinds_are_not_merged() -> None:
    assert len(CITY_KEYS) == len(CITIES) > 450
    assert len({city["contact_email"] for city in CITIES}) == len(CITIES)
    gwangju = [city["kind"] for city in CITIES if city["geonames_id"] == "1841811"]
    assert sorted(gwangju) == ["city", "district"]


def test_names_keep_their_accents() -> None:
    names = {city["name"] for city in CITIES}
    assert names >= {"Bogotá", "Kraków", "Łódź", "Iași", "Şanlıurfa", "São Filipe", "Đà Lạt", "N’Zérékoré", "Córdoba"}  # noqa: RUF001 - as printed


@pytest.mark.parametrize("name", sorted(codes.REGIONS))
def test_a_region_has_many_reciprocal_pairs_that_are_not_tied_yet(name: str) -> None:
    tied = {frozenset((row["a_geonames_id"], row["b_geonames_id"])) for row in TWINNINGS}
    cities = [city for city in CITIES if region(city) == name]
    pairs = [
        (one, other)
        for one, other in combinations(cities, 2)
        if subjects(one, "needs") & subjects(other, "offers")
        and subjects(other, "needs") & subjects(one, "offers")
        and one["country"] != other["country"]
        and frozenset((one["geonames_id"], other["geonames_id"])) not in tied
        and set(split(one["languages"])) & set(split(other["languages"]))
    ]
    assert len(pairs) >= 30


def test_addresses_cannot_exist() -> None:
    assert all(row["contact_email"].endswith(".example") for row in CITIES + PARTNERS)
    assert all(row["web"].endswith(".example") for row in PARTNERS)
    assert not any(city["web"] for city in CITIES)


def test_every_partner_and_programme_is_valid_and_fictional() -> None:
    for row in PARTNERS:
        assert row["name"].startswith("Demo ")
        assert row["name"].endswith("(fictional)")
        assert row["illustrative"] == "yes"
        assert row["kind"] in codes.PARTNER_KINDS
        assert row["contact_role"] in codes.CONTACT_ROLES
        assert {row["home_country"], *split(row["countries"])} <= set(NATIONS)
        lists = {name: tuple(split(row[name])) for name in ("subjects", "supports", "regions", "countries")}
        known = {"subjects": codes.SUBJECTS, "supports": codes.SUPPORTS, "regions": codes.REGIONS}
        assert all(lists[name] and set(lists[name]) <= set(known[name]) for name in ("subjects", "supports"))
        assert set(lists["regions"]) <= set(codes.REGIONS)
        cells = {name: cell for name, cell in row.items() if cell and name in Programme.model_fields}
        programme = Programme.model_validate(cells | lists | {"programme_id": "1", "name": row["programme_name"]})
        assert programme.grant_min <= programme.grant_max <= programme.budget
        assert programme.opens
        assert programme.closes
        assert programme.opens < programme.closes
        PartnerState.model_validate(
            {name: row[name] for name in ("kind", "name", "home_country", "registration_id", "web")}
            | {"partner_id": "1", "version": 1, "status": "endorsed", "programmes": (programme,)}
        )


def test_rows_of_one_partner_agree() -> None:
    shared = list(PARTNERS[0])[: list(PARTNERS[0]).index("programme_name")]
    profiles = {tuple(row[column] for column in shared) for row in PARTNERS}
    assert len(profiles) == len({row["registration_id"] for row in PARTNERS}) == 45
    assert len({(row["name"], row["programme_name"]) for row in PARTNERS}) == len(PARTNERS)
    assert {row["kind"] for row in PARTNERS} == set(codes.PARTNER_KINDS)


def test_every_request_is_valid_and_asks_for_what_its_city_needs() -> None:
    for row in REQUESTS:
        named = {name: row[f"city_{name}"] for name in ("kind", "geonames_id", "country", "name")}
        city = next(city for city in CITIES if key(city) == key(named))
        assert city["name"] == row["city_name"]
        asked = split(row["subjects"])
        assert asked[0] in subjects(city, "needs")
        assert set(asked) <= set(codes.SUBJECTS)
        assert row["illustrative"] == "yes"
        assert "{" not in row["description"] + row["payee"]
        request = RequestState.model_validate(
            {name: cell for name, cell in row.items() if name in RequestState.model_fields}
            | {"request_id": "1", "city_id": "1", "version": 1, "status": "published", "subjects": tuple(asked)}
        )
        assert 0 < request.amount_min < request.amount_max
        assert request.starts
        assert request.ends
        assert date(2026, 12, 1) < request.starts < request.ends


def test_every_region_has_requests() -> None:
    asking = Counter(NATIONS[row["city_country"]]["unesco_region"] for row in REQUESTS)
    assert 60 <= asking.total() <= 80
    assert min(asking[name] for name in codes.REGIONS) >= 10


def test_twinnings_join_two_members_once() -> None:
    pairs = [
        frozenset(((row["a_kind"], row["a_geonames_id"]), (row["b_kind"], row["b_geonames_id"]))) for row in TWINNINGS
    ]
    assert len(set(pairs)) == len(pairs) > 400
    assert all(len(pair) == 2 and pair <= CITY_KEYS for pair in pairs)


def test_countries_have_one_region_each_as_unesco_groups_them() -> None:
    regions = {code: row["unesco_region"] for code, row in NATIONS.items()}
    assert set(regions.values()) == set(codes.REGIONS)
    arab = {code for code, name in regions.items() if name == "arab-states"}
    assert arab == set("DZ BH EG IQ JO KW LB LY MR MA OM PS QA SA SD SY TN AE YE EH".split())  # noqa: SIM905 - shorter
    assert {regions[code] for code in ("AM", "AZ", "CY", "GE", "IL", "RU", "TR", "US")} == {"europe-north-america"}
    assert {regions[code] for code in ("KZ", "KG", "TJ", "TM", "UZ", "IR", "AU", "FJ")} == {"asia-pacific"}
    assert {regions[code] for code in ("DJ", "SO", "SS", "KM", "MU")} == {"africa"}
    assert {regions[code] for code in ("MX", "BR", "HT", "AW")} == {"latin-america-caribbean"}


def test_the_demo_stays_small_and_states_its_licences() -> None:
    files = list(DEMO.glob("*.csv"))
    assert sum(file.stat().st_size for file in files) < 400_000
    assert all(file.with_name(f"{file.name}.license").is_file() for file in [*files, COUNTRIES])
    assert "CC-BY-SA-4.0" in (DEMO / "twinnings.csv.license").read_text(encoding="utf-8")
