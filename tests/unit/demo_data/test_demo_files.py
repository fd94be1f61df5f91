"""The committed demo files: every row valid, every region alive, nobody real contacted or named as a partner."""

import re
from collections import Counter
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from isopolity.contracts import codes
from isopolity.contracts.registry import CityState, PartnerState, Programme, RequestState
from isopolity.thesaurus.concepts import concepts, is_topic
from tests.support.demo_files import COUNTRIES, DEMO, Row, key, read, read_lines, split

CITIES = read_lines(DEMO / "cities.jsonl")
PARTNERS = read(DEMO / "partners.csv")
REQUESTS = read(DEMO / "requests.csv")
TWINNINGS = read(DEMO / "twinnings.csv")
NATIONS = {row["iso2"]: row for row in read(COUNTRIES)}
CITY_KEYS = {key(row) for row in CITIES}
SIDES = ("needs", "offers")
LANGUAGES = {"en", "fr", "es", "pt", "ar", "ru", "zh"}
LINES_OF_MONEY = [row for row in PARTNERS if int(row["budget"])]
City = dict[str, Any]


def region(city: City) -> str:
    return NATIONS[city["country"]]["unesco_region"]


def subjects(city: City, side: str) -> set[str]:
    return {interest["subject"] for interest in city[side]}


def interests() -> list[dict[str, Any]]:
    return [interest for city in CITIES for side in SIDES for interest in city[side]]


def test_every_city_is_valid() -> None:
    for city in CITIES:
        assert city["kind"] in codes.CITY_KINDS
        assert city.get("creative_field") in {None, *codes.CREATIVE_FIELDS}
        assert city["contact"]["role"] in codes.CONTACT_ROLES
        assert city["languages"]
        state = CityState.model_validate(
            {name: value for name, value in city.items() if name in CityState.model_fields}
            | {"city_id": "1", "version": 1, "status": "endorsed", "region": region(city)}
        )
        assert 1 <= state.capacity <= 3
        assert state.name not in state.local_names


def test_every_city_has_a_few_illustrative_needs_and_offers_that_it_can_keep() -> None:
    travelling, hosting = {"study-visit", "staff-exchange"}, {"expert-mission"}
    for city in CITIES:
        assert city["illustrative"]
        for side, sent, received in (("needs", travelling, hosting), ("offers", hosting, travelling)):
            assert 2 <= len(city[side]) <= 4
            assert subjects(city, side) <= set(codes.SUBJECTS)
            modes = {interest["mode"] for interest in city[side]}
            assert modes <= set(codes.ONLINE_MODES if city["online_only"] else codes.MODES)
            assert city["can_travel"] or not modes & sent
            assert city["can_host"] or not modes & received
        assert not subjects(city, "needs") & subjects(city, "offers")


def test_each_need_and_offer_has_words_of_its_own_in_a_working_language() -> None:
    for city in CITIES:
        for side in SIDES:
            for interest in city[side]:
                assert 3 <= len(interest["title"]) <= 80
                assert 30 <= len(interest["text"]) <= 400
                assert "{" not in interest["title"] + interest["text"]
                assert interest["language"] in city["languages"]
                assert all(is_topic(topic) for topic in interest.get("topics", ()))


def test_words_are_in_seven_languages_and_nine_in_ten_have_topics() -> None:
    written = Counter(interest["language"] for interest in interests())
    assert set(written) == LANGUAGES
    assert written["en"] < 0.8 * written.total()
    assert min(written.values()) >= 20
    assert sum(bool(interest.get("topics")) for interest in interests()) > 0.9 * written.total()


def test_no_sentence_or_title_stands_in_many_cities() -> None:
    sentences, titles = Counter[str](), Counter[str]()
    for city in CITIES:
        own = [interest for side in SIDES for interest in city[side]]
        said = (sentence for each in own for sentence in re.split(r"(?<=[.?!。？؟！])\s*", each["text"]) if sentence)  # noqa: RUF001 - ends of sentences
        sentences.update({without_numbers(sentence, city) for sentence in said})
        titles.update({without_numbers(each["title"], city) for each in own})
    assert max(sentences.values()) <= 6
    assert max(titles.values()) <= 6


def without_numbers(words: str, city: City) -> str:
    return re.sub(r"\d+", "#", words).replace(city["name"], "{city}")


def test_some_cities_of_every_region_say_a_sentence_of_themselves_and_none_is_left_over() -> None:
    saying = [city for city in CITIES if city.get("about")]
    written = {(row["country"], row["name"]): row["about"] for row in read(DEMO.parent / "about_texts.csv")}
    assert {(city["country"], city["name"]): city["about"] for city in saying} == written
    assert {region(city) for city in saying} == set(codes.REGIONS)
    assert all(len(city["about"]) <= 300 and city["illustrative"] for city in saying)


def test_members_are_distinct_and_kinds_are_not_merged() -> None:
    assert len(CITY_KEYS) == len(CITIES) > 450
    assert len({city["contact"]["email"] for city in CITIES}) == len(CITIES)
    gwangju = [city["kind"] for city in CITIES if city.get("geonames_id") == 1841811]
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
        and frozenset(str(each.get("geonames_id")) for each in (one, other)) not in tied
        and set(one["languages"]) & set(other["languages"])
    ]
    assert len(pairs) >= 30


def test_addresses_cannot_exist() -> None:
    assert all(city["contact"]["email"].endswith(".example") for city in CITIES)
    assert all(row["contact_email"].endswith(".example") for row in PARTNERS)
    assert all(row["web"].endswith(".example") for row in PARTNERS)
    assert not any(city.get("web") for city in CITIES)


def test_every_partner_and_programme_is_valid_and_fictional() -> None:
    for row in PARTNERS:
        assert row["name"].startswith("Demo ")
        assert row["name"].endswith("(fictional)")
        assert row["illustrative"] == "yes"
        assert row["kind"] in codes.PARTNER_KINDS
        assert row["contact_role"] in codes.CONTACT_ROLES
        assert {row["home_country"], *split(row["countries"])} <= set(NATIONS)
        assert row["language"] in {*split(row["languages"]), "en"}
        lists = {name: tuple(split(row[name])) for name in ("subjects", "topics", "supports", "regions", "countries")}
        known = {"subjects": codes.SUBJECTS, "topics": concepts(), "supports": codes.SUPPORTS}
        assert all(lists[name] and set(lists[name]) <= set(values) for name, values in known.items())
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


def test_programmes_give_sums_of_plausible_size_or_expertise_without_money() -> None:
    for row in LINES_OF_MONEY:
        assert 2_000 <= int(row["grant_min"]) < int(row["grant_max"]) <= 500_000
    others = [row for row in PARTNERS if row not in LINES_OF_MONEY]
    assert 5 <= len(others) <= 12
    assert all("funding" not in split(row["supports"]) for row in others)


def test_rows_of_one_partner_agree() -> None:
    shared = list(PARTNERS[0])[: list(PARTNERS[0]).index("programme_name")]
    profiles = {tuple(row[column] for column in shared) for row in PARTNERS}
    assert len(profiles) == len({row["registration_id"] for row in PARTNERS}) == 45
    assert len({row["programme_name"] for row in PARTNERS}) == len(PARTNERS)
    assert {row["kind"] for row in PARTNERS} == set(codes.PARTNER_KINDS)


def test_every_request_is_valid_and_asks_for_what_its_city_needs() -> None:
    for row in REQUESTS:
        city = city_of(row)
        assert city["name"] == row["city_name"]
        asked, topics = split(row["subjects"]), tuple(split(row["topics"]))
        assert set(asked) <= set(codes.SUBJECTS)
        assert asked[0] in subjects(city, "needs")
        assert all(is_topic(topic) for topic in topics)
        assert row["language"] in city["languages"]
        assert row["illustrative"] == "yes"
        assert "{" not in row["description"] + row["payee"]
        request = RequestState.model_validate(
            {name: cell for name, cell in row.items() if name in RequestState.model_fields}
            | {"request_id": "1", "city_id": "1", "version": 1, "status": "published"}
            | {"subjects": tuple(asked), "topics": topics}
        )
        assert 2_000 < request.amount_min < request.amount_max <= 250_000
        assert request.starts
        assert request.ends
        assert date(2026, 12, 1) < request.starts < request.ends


def city_of(row: Row) -> City:
    named = {name: row[f"city_{name}"] for name in ("kind", "geonames_id", "country", "name")}
    return next(city for city in CITIES if key(city) == key(named))


def test_every_region_has_requests_and_no_city_asks_more_than_twice() -> None:
    asking = Counter(NATIONS[row["city_country"]]["unesco_region"] for row in REQUESTS)
    assert 340 <= asking.total() <= 420
    assert min(asking[name] for name in codes.REGIONS) >= 30
    assert max(Counter((row["city_country"], row["city_name"]) for row in REQUESTS).values()) == 2
    assert {row["language"] for row in REQUESTS} == LANGUAGES


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
    files = [file for suffix in ("csv", "jsonl") for file in DEMO.glob(f"*.{suffix}")]
    assert sum(file.stat().st_size for file in files) < 2_000_000
    assert all(file.with_name(f"{file.name}.license").is_file() for file in [*files, COUNTRIES])
    assert "CC-BY-SA-4.0" in (DEMO / "twinnings.csv.license").read_text(encoding="utf-8")


def test_topics_of_the_demo_have_labels_in_portuguese_and_chinese_too() -> None:
    used = {topic for interest in interests() for topic in interest.get("topics", ())}
    used |= {topic for row in (*PARTNERS, *REQUESTS) for topic in split(row["topics"])}
    assert [topic for topic in sorted(used) if not concepts()[topic].labels.keys() >= {"pt", "zh"}] == []
