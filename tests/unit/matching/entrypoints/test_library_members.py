"""`Members`, as who uses the library calls it."""

import re
from datetime import date
from pathlib import Path
from typing import Any, assert_type

import pandas as pd
import polars as pl
import pytest

from isopolity.matching import InvalidInput, InvalidWhatIf, MatchingError, Members, Proposed, Suggested
from isopolity.matching.affinity.model import save
from tests.support.matching.affinity import model
from tests.support.matching.legal_acts import written

TODAY = date(2026, 11, 25)
LITERACY, CLIMATE = "cluster.literacy:4:webinar", "sdg.13:4:webinar"
CITIES: list[dict[str, Any]] = [
    {
        "id": "lyon",
        "name": "Lyon",
        "country": "FR",
        "needs": "cluster.literacy:4:webinar",
        "offers": "sdg.13:4:webinar",
    },
    {"id": "São Paulo", "country": "br", "needs": "sdg.13:4:webinar", "offers": "cluster.literacy:5:webinar"},
    {"id": "graz", "name": "Graz", "country": "AT", "needs": "sdg.4:3:webinar", "offers": "cluster.literacy:2:webinar"},
]
NO_ROWS: dict[str, list[str]] = {"id": [], "country": []}
PROGRAMMES = [
    {
        "id": "reading",
        "name": "Reading Together",
        "partner": "halcyon",
        "partner_name": "Halcyon",
        "country": "CH",
        "currency": "EUR",
        "budget": 100_000,
        "grant_min": 1_000,
        "grant_max": 20_000,
        "subjects": ["cluster.literacy"],
        "supports": "training|funding",
        "cities": 1,
    }
]
REQUESTS = [
    {
        "id": 9,
        "city": "lyon",
        "title": "Books",
        "amount_min": 1_000,
        "amount_max": 5_000,
        "currency": "EUR",
        "subjects": "cluster.literacy",
    }
]


def whole() -> Members:
    return Members(CITIES, programmes=PROGRAMMES, requests=REQUESTS, ties=[("halcyon", "graz")], today=TODAY)


def test_suggestions_are_the_best_partners_with_reasons() -> None:
    found = whole().suggest("lyon")
    assert [each.partner for each in found] == ["reading", "São Paulo"]
    assert isinstance(found[0], Suggested)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert "São Paulo offers one" in found[1].reasons


def test_a_programme_gets_suggestions_too() -> None:
    assert [each.partner for each in whole().suggest("reading", 1)] == ["lyon"]


def test_what_ifs_narrow_suggestions() -> None:
    assert [each.partner for each in whole().suggest("lyon", regions=["latin-america-caribbean"])] == ["São Paulo"]
    with pytest.raises(InvalidWhatIf, match="A budget of 500 is less than the smallest grant"):
        whole().suggest("reading", budget=500)


def test_why_tells_the_parts_of_a_score_and_a_paragraph() -> None:
    why = whole().why("São Paulo", "lyon")
    assert (why.a, why.b, why.kind, why.status) == ("São Paulo", "lyon", "twinning", "available")
    assert sum(part.contribution for part in why.parts) == pytest.approx(why.score)
    assert str(why) == why.paragraph
    assert "literacy" in why.paragraph


def test_a_programme_stands_first_whichever_way_it_is_asked() -> None:
    assert whole().why("lyon", "reading") == whole().why("reading", "lyon")
    assert whole().why("lyon", "reading").a == "reading"


def test_why_says_what_speaks_against_a_pair() -> None:
    members = Members(CITIES, ties=[("lyon", "graz")], today=TODAY)
    assert members.why("lyon", "graz").blockers == ["Graz and Lyon are partners already."]


def test_a_round_proposes_with_reasons_gains_and_a_proof() -> None:
    found = whole().round(mode="exact")
    assert found.proposals
    assert all(isinstance(each, Proposed) and each.reasons_a and each.reasons_b for each in found.proposals)
    assert found.gains.twinnings + found.gains.sponsorships == len(found.proposals)
    assert "proposed, to" in found.gained[0]
    assert (found.gap, found.value) == (0, found.bound)
    assert found.certificate.verify().sentence == found.sentence


def test_a_sponsorship_tells_which_request_is_meant() -> None:
    proposals = whole().round(must=[("reading", "lyon")]).proposals
    assert [(each.a, each.b, each.request) for each in proposals if each.kind == "sponsorship"] == [
        ("reading", "lyon", 9)
    ]


def test_must_and_never_name_members_by_their_ids() -> None:
    members = whole()
    must = members.round(must=[("graz", "lyon")]).proposals
    assert ("graz", "lyon") in [(each.a, each.b) for each in must]
    never = members.round(never=[("lyon", "reading")]).proposals
    assert ("reading", "lyon") not in [(each.a, each.b) for each in never]


def test_alternates_are_the_next_best_pairs() -> None:
    programmes = [*PROGRAMMES, {**PROGRAMMES[0], "id": "more"}]
    members = Members(CITIES, programmes=programmes, requests=REQUESTS, today=TODAY, minimum_score=0.15)
    alternates = members.round().alternates
    assert {each.b for each in alternates} == {"reading", "more"}
    assert {each.a for each in alternates} == {"graz", "lyon"}


def test_a_city_says_how_many_sponsorships_it_can_handle_besides_its_twinnings() -> None:
    cities = [{**row, "sponsorship_capacity": 0} for row in CITIES]
    members = Members(cities, programmes=PROGRAMMES, requests=REQUESTS, today=TODAY)
    assert {each.kind for each in members.round().proposals} == {"twinning"}
    assert members.why("lyon", "reading").status == "not proposed at present"
    assert len(members) == 4


@pytest.mark.parametrize(("budget", "number"), [(100_000, 2), (30_000, 1)])
def test_a_round_keeps_to_budgets(budget: int, number: int) -> None:
    large = {**PROGRAMMES[0], "cities": 2, "budget": budget, "grant_min": 16_000, "grant_max": 20_000}
    asking = [{**REQUESTS[0], "id": name, "city": name, "amount_max": 20_000} for name in ("lyon", "graz")]
    members = Members(CITIES, programmes=[large], requests=asking, today=TODAY)
    assert len(members.round(kinds=["sponsorship"]).proposals) == number


def test_one_kind_of_pairs_can_be_asked_for() -> None:
    assert {each.kind for each in whole().round(kinds=["twinning"]).proposals} == {"twinning"}


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_frames_in_frames_out(kind: Any) -> None:
    frame = kind({name: [row.get(name) for row in CITIES] for name in ("id", "name", "country", "needs", "offers")})
    members = Members(frame, today=TODAY)
    plain = Members(CITIES, today=TODAY)
    suggested, round_ = members.suggest("lyon"), members.round()
    assert isinstance(suggested, kind)
    assert list(suggested.columns) == list(Suggested._fields)
    assert list(suggested["partner"]) == [each.partner for each in plain.suggest("lyon")]
    assert isinstance(round_.proposals, kind)
    assert list(round_.proposals["b"]) == [each.b for each in plain.round().proposals]
    assert list(round_.alternates.columns) == ["a", "b"]


def test_ids_of_a_frame_come_back_as_numbers_if_they_were() -> None:
    frame = pl.DataFrame({"id": [7, 3], "country": ["FR", "AT"], "needs": ["sdg.4:4:webinar"] * 2}).with_columns(
        pl.col("needs").alias("offers")
    )
    assert Members(frame, today=TODAY).round().proposals["a"].to_list() == [3]
    assert Members(frame, today=TODAY).suggest(3)["partner"].to_list() == [7]


def test_numbers_of_requests_come_back_from_pandas_beside_twinnings_without_one() -> None:
    cities = pd.DataFrame(CITIES).assign(capacity=2)
    members = Members(cities, programmes=PROGRAMMES, requests=REQUESTS, today=TODAY)
    round_ = members.round(must=[("reading", "lyon")])
    found = dict(zip(round_.proposals["kind"], round_.proposals["request"], strict=True))
    assert found["sponsorship"] == 9
    assert found["twinning"] is pd.NA


def test_ids_may_be_the_numbers_of_a_frame() -> None:
    frame = pd.DataFrame(
        {"id": [7, 3], "country": ["FR", "AT"], "needs": "sdg.4:4:webinar", "offers": "sdg.4:4:webinar"}
    )
    programmes = pd.DataFrame(PROGRAMMES * 2).assign(id=[10, 11], partner=[5, None])
    members = Members(frame, programmes=programmes, ties=[(5, 7)], today=TODAY)
    assert members.why(frame["id"][0], frame["id"][1]).a == 3
    assert 7 in set(members.suggest(frame["id"][1])["partner"])
    assert members.why(7, 10).connection is not None


def test_the_order_of_the_rows_changes_nothing() -> None:
    turned = Members(CITIES[::-1], programmes=PROGRAMMES, requests=REQUESTS, ties=[("graz", "halcyon")], today=TODAY)
    assert turned.round().proposals == whole().round().proposals
    assert turned.suggest("lyon") == whole().suggest("lyon")


def test_weights_change_what_a_score_is_made_of() -> None:
    weights = {"twinning": {"needs-a": 1, "needs-b": 1}, "neighbours": 0}
    why = Members(CITIES, weights=weights, today=TODAY).why("graz", "lyon")
    assert 0 < why.score != Members(CITIES, today=TODAY).why("graz", "lyon").score


@pytest.mark.parametrize(
    ("cities", "why"),
    [
        ([], "there are no members"),
        (CITIES[:1], "there is nobody to pair"),
        ([row | {"capacity": 0} for row in CITIES], "no two members have capacity"),
        (
            [row | {"country": "FR"} for row in CITIES],
            "every pair with capacity is blocked, ruled out, or scores less than 0.35",
        ),
    ],
)
def test_an_empty_round_says_why(cities: list[dict[str, Any]], why: str) -> None:
    found = Members(cities, today=TODAY).round()
    assert found.proposals == []
    assert found.sentence == f"No pair is proposed: {why}."
    assert found.certificate.verify().is_proved


@pytest.mark.parametrize(
    "empty", [[], pd.DataFrame({"id": [], "country": []}), pl.DataFrame({"id": [], "country": []})]
)
def test_no_members_are_members_too(empty: Any) -> None:
    assert len(Members(empty, today=TODAY)) == 0
    assert len(Members(empty, today=TODAY).round().proposals) == 0


def test_a_model_of_affinity_becomes_a_part_of_the_score(tmp_path: Path) -> None:
    save(model(), tmp_path / "model.json.gz")
    plain = Members(CITIES, today=TODAY).why("lyon", "graz")
    weights = {"twinning": {"affinity": 0.1}}
    why = Members(CITIES, weights=weights, affinity=tmp_path / "model.json.gz", today=TODAY).why("lyon", "graz")
    assert {part.name for part in why.parts} - {part.name for part in plain.parts} == {"affinity"}
    with pytest.raises(ValueError, match="counts by its weight"):
        Members(CITIES, affinity=tmp_path / "model.json.gz")


@pytest.mark.parametrize("wrong", ["no-such-file", "", "\0", 3, b"x"])
def test_a_model_that_cannot_be_read_is_told_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^(no-such-file cannot be read|affinity must be the path of).*\.$") as caught:
        Members(CITIES, weights={"twinning": {"affinity": 0.1}}, affinity=wrong)
    assert isinstance(caught.value, MatchingError)


def test_a_legal_act_keeps_a_pair_apart_and_is_cited(tmp_path: Path) -> None:
    assert {(each.a, each.b) for each in Members(CITIES, today=TODAY).round().proposals} == {("São Paulo", "lyon")}
    members = Members(CITIES, legal_acts=written(tmp_path, other_side='["FR"]'), today=TODAY)
    assert not [each for each in members.round().proposals if {each.a, each.b} == {"São Paulo", "lyon"}]
    assert "Example Gazette 2026, No. 7" in str(members.why("lyon", "São Paulo"))


@pytest.mark.parametrize("wrong", ["no-such-file", "", "\0", 3, b"x"])
def test_legal_acts_that_cannot_be_read_are_told_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^(The legal acts .* cannot be read|legal_acts must be the path of).*\.$"):
        Members(CITIES, legal_acts=wrong)


RULED = [
    {"id": name, "country": country, "needs": ["sdg.4:4:webinar"], "offers": ["sdg.4:4:webinar"]}
    for name, country in (("one", "KE"), ("two", "GH"), ("three", "FR"), ("four", "DE"))
]


def test_a_round_under_rules_tells_what_became_of_each() -> None:
    found = Members(RULED).round(rules=[{"across": "region", "at_least": 2}], objective="serve-everybody-first")
    assert len(found.proposals) == 2
    assert found.rules[0].startswith("Rule 1: 2 twinnings, at least 2 asked for")
    assert found.price is not None
    assert Members(RULED).round().rules == ()
    assert Members(RULED).round().price is None


def test_the_rules_of_a_round_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('objective = "serve-everybody-first"\n[[rules]]\nat_most = 1\n')
    found = Members(RULED).round(rules=file)
    assert (len(found.proposals), len(found.rules)) == (1, 2)
    assert len(Members(RULED).round(rules=file, objective="most-total-fit").rules) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rules": [{"at_mst": 1}]}, "Rule 1: `at_mst`: There is no such key. Did you mean `at_most`?"),
        ({"rules": [{"each": {"id": "one"}, "at_most": 0}]}, "Rules of Members name no ids; choose members by their"),
        ({"rules": {"at_most": 1}}, "rules must be a file, or a list of mappings, not"),
        ({"rules": "/nowhere/rules.toml"}, "The rules '/nowhere/rules.toml' cannot be read; give a file of TOML"),
        ({"objective": "best"}, "The objective must be one of most-total-fit, serve-everybody-first, "),
        ({"rules": [{"at_least": 9}]}, "No round was found that keeps all rules"),
    ],
    ids=["key", "ids", "mapping", "file", "objective", "unmet"],
)
def test_rules_that_a_round_cannot_have_are_told(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Members(RULED).round(**options)


def test_answers_are_of_the_kind_of_the_cities_for_a_type_checker_too() -> None:
    rows, frame = Members(CITIES, today=TODAY), Members(pl.DataFrame(CITIES), today=TODAY)
    assert_type(rows.round().proposals, list[Proposed])
    assert_type(rows.suggest("lyon"), list[Suggested])
    assert isinstance(assert_type(frame.round().proposals, pl.DataFrame), pl.DataFrame)
    assert isinstance(assert_type(frame.suggest("lyon"), pl.DataFrame), pl.DataFrame)
