"""Wrong input to the library: one sentence that tells what to change, and always a ValueError of ours."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import isopolity.matching
from isopolity.matching import MatchingError, Members, Rule, assign

LYON = {"id": "lyon", "country": "FR", "needs": "cluster.literacy:4:webinar"}
GRAZ = {"id": "graz", "country": "AT", "offers": "cluster.literacy:4:webinar"}
LINE = {"id": "line", "country": "CH", "currency": "EUR", "budget": 9, "grant_min": 1, "grant_max": 9}
PAIR = [("lyon", "graz", 0.5)]


def told(wrong: Callable[[], object]) -> str:
    """The sentence; the error is caught as who uses the library would catch it."""
    with pytest.raises(ValueError, match=r"^\S.*[.?]$") as caught:
        wrong()
    assert isinstance(caught.value, MatchingError)
    return str(caught.value)


PAIRS: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "Row 0 of pairs names 'lyon' twice; take the row out, or give two capacities in a tuple if the columns are two "
    "sides.": ([("lyon", "lyon", 1)], {}),
    "Rows 0 and 1 of pairs both pair 'lyon' and 'graz'; keep one.": ([*PAIR, *PAIR, ("graz", "oslo", 1)], {}),
    "Rows 0 and 1 of pairs both pair 'lyon' and 'graz'; keep one, or give two capacities in a tuple if the columns are "
    "two sides.": ([*PAIR, ("graz", "lyon", 1)], {}),
    "No id stands in both columns, so paper and reviewer look like two sides; give a tuple of two capacities, such as "
    "(1, 1).": ([*PAIR, ("lyon", "pisa", 1)], {"columns": ("paper", "reviewer", "bid")}),
    "No id stands in both columns, so a and b look like two sides; give a tuple of two capacities, one for each "
    "column; the mapping names nobody of column a.": (PAIR, {"capacities": {"graz": 2}}),
    "The capacities of column b are a Series without ids; give dict(zip(ids, series)), or, for one of two sides, a "
    "Series of one number a row of pairs.": (PAIR, {"capacities": (1, pl.Series([1, 2]))}),
    "The capacities of column b say 1 for 'graz', and 2 in row 1; keep one.": (
        [*PAIR, ("oslo", "graz", 1)],
        {"capacities": (1, pl.Series([1, 2]))},
    ),
    "The capacities of column a have 'lyon' twice; keep one row.": (
        PAIR,
        {"capacities": (pd.Series([1, 2], ["lyon", "lyon"]), 1)},
    ),
    "The capacities of column a have an index of something else than ids; an id is a text or a whole number.": (
        PAIR,
        {"capacities": (pd.Series([1], [0.5]), 1)},
    ),
    "columns must be names, such as ('paper', 'reviewer', 'bid'), not ('a', 'b').": (
        PAIR,
        {"columns": ("a", "b")},
    ),
    "Row 0 of pairs has no score; give a number or take the row out.": ([("lyon", "graz", None)], {}),
    "Row 0 of pairs has the score inf; give a finite number, 0 or more.": ([("lyon", "graz", np.inf)], {}),
    "Row 1 of pairs has the score 1e+308; give all scores in a greater unit.": ([*PAIR, ("a", "b", 1e308)], {}),
    "Row 1 of pairs has the score -1; give a finite number, 0 or more.": ([*PAIR, ("a", "b", -1)], {}),
    "Row 0 of pairs has 'high' in column score; give a number.": ([("lyon", "graz", "high")], {}),
    "Row 0 of pairs has nothing in column b; give an id or take the row out.": ([("lyon", None, 1)], {}),
    "Row 0 of pairs has 1.5 in column a; an id is a text or a whole number.": ([(1.5, "graz", 1)], {}),
    "Row 0 of pairs is ('lyon', 'graz'); give a, b and score.": ([("lyon", "graz")], {}),
    "Row 0 of pairs has no 'score'; the columns are a and b.": ([{"a": 1, "b": 2}], {}),
    "Row 0 of pairs has no 'aera'; if 'area' is meant, write that.": (
        [{"a": 1, "b": 2, "score": 1, "area": "nlp"}],
        {"rules": Rule(at_most=1, per="aera")},
    ),
    "The pairs are 7; give rows, or a pandas or polars frame.": (7, {}),
    "The pairs have no column 'score'; the columns are a and b.": (pl.DataFrame({"a": [1], "b": [2]}), {}),
    "The pairs have no column 'papr'; if 'paper' is meant, write that.": (
        pl.DataFrame({"paper": [1], "b": [2], "score": [3]}),
        {"columns": ("papr", "b", "score")},
    ),
    "The frame of pairs has two columns of one name; rename one.": (
        pd.DataFrame([[1, 2, 3, 4]], columns=["a", "b", "score", "score"]),
        {},
    ),
    "Row 1 of pairs has nothing in column a; give an id or take the row out.": (
        pd.DataFrame({"a": [1, None], "b": [2, 3], "score": [1, 1]}),
        {},
    ),
    "The frame of pairs is lazy; call its collect() first.": (pl.LazyFrame({"a": [1]}), {}),
    "The capacities must be a whole number from 0 to 1,000,000,000, not -1.": (PAIR, {"capacities": -1}),
    "The capacity of 'lyon' must be a whole number from 0 to 1,000,000,000, not nan.": (
        PAIR,
        {"capacities": {"lyon": np.nan, "graz": 1}},
    ),
    "The capacities have no 'graz', which stands in a pair (did you mean 'gratz'?); give it one.": (
        PAIR,
        {"capacities": {"lyon": 1, "gratz": 1}},
    ),
    "The capacities have 'lyon' twice; keep one row.": (
        PAIR,
        {"capacities": pd.DataFrame({"id": ["lyon", "lyon"], "capacity": [1, 2]})},
    ),
    "There are 3 capacities; give two, one for column a and one for column b.": (PAIR, {"capacities": (1, 2, 3)}),
    "The capacities are '1'; give a whole number, a mapping from ids, a Series, or a frame with id and capacity.": (
        PAIR,
        {"capacities": "1"},
    ),
    "The capacities are a list; give a tuple of two for two sides, else a number or a mapping.": (
        PAIR,
        {"capacities": [1, 1]},
    ),
    "A must rule names 'gras', which is in no pair (did you mean 'graz'?); correct it.": (
        PAIR,
        {"must": [("lyon", "gras")]},
    ),
    "'graz' and 'lyon' both must and must never be paired; drop one of the two rules.": (
        PAIR,
        {"must": [("lyon", "graz")], "never": [("graz", "lyon")]},
    ),
    "'lyon' must be in 2 pairs but can handle 1 more; drop a rule or raise its capacity.": (
        [*PAIR, ("pisa", "lyon", 1)],
        {"must": [("lyon", "graz"), ("lyon", "pisa")]},
    ),
    "'graz' and 'pisa' must be paired but are no candidates; drop the rule.": (
        [*PAIR, ("pisa", "lyon", 1)],
        {"must": [("graz", "pisa")]},
    ),
    "even needs two sides; give a tuple of two capacities, for column a and for b.": (PAIR, {"even": "a"}),
    "even must be 'a' or 'b', the column whose least gets as much as possible, not 'c'.": (
        PAIR,
        {"capacities": (1, 1), "even": "c"},
    ),
    "The rules have 'nlp'; give Rules, such as Rule(at_most=3, per='area').": (PAIR, {"rules": ["nlp"]}),
    "The rules have 7; give Rules, such as Rule(at_most=3, per='area').": (PAIR, {"rules": 7}),
    "A rule asks for nothing; give it at_least or at_most.": (PAIR, {"rules": Rule(per="a")}),
    "A rule asks for at least 2 and at most 1; correct one of them.": (PAIR, {"rules": Rule(at_least=2, at_most=1)}),
    "The at_most of a rule must be a whole number from 0 to 1,000,000,000,000, not -1.": (
        PAIR,
        {"rules": Rule(at_most=-1)},
    ),
    "Row 0 of pairs is ('lyon', 'graz', 0.5); give a, b, score and area.": (
        PAIR,
        {"rules": Rule(at_most=1, per="area")},
    ),
    "No pair that can be chosen has 'x' in column a; correct the rule.": (
        PAIR,
        {"rules": Rule(at_most=1, where={"a": "x"})},
    ),
    "A rule names no value of column a; name one, or leave the column out.": (
        PAIR,
        {"rules": Rule(at_most=1, where={"a": []})},
    ),
    "A rule names 'x', which is in no pair; correct it.": (
        PAIR,
        {"rules": Rule(at_least=1, served="a", where={"a": "x"})},
    ),
    "A rule with served has at_least and a column of ids, a and b; correct it.": (
        PAIR,
        {"rules": Rule(at_least=1, served="score")},
    ),
    "A rule names the column 7; give the name of a column.": (PAIR, {"rules": Rule(at_most=1, per=[7])}),  # type: ignore[list-item]  # what is wrong
    "The minimum loads name 'x', which is in no pair; correct it.": (PAIR, {"at_least": {"x": 1}}),
    "The minimum loads are for two sides, the capacities for one group; give two capacities.": (
        PAIR,
        {"at_least": (1, 1)},
    ),
    "strict must be True or False, not 1.": (PAIR, {"strict": 1}),
    "The mode must be 'quick' or 'exact', not 'slow'.": (PAIR, {"mode": "slow"}),
    "The seed must be a whole number from 0 to 9,007,199,254,740,991, not 1.5.": (PAIR, {"seed": 1.5}),
}


@pytest.mark.parametrize("sentence", PAIRS)
def test_wrong_pairs_are_told_in_a_sentence(sentence: str) -> None:
    pairs, options = PAIRS[sentence]
    assert told(lambda: assign(pairs, **options)) == sentence


def test_wrong_questions_about_a_choice_are_told_in_a_sentence() -> None:
    choice = assign(PAIR)
    assert told(choice.why) == "why needs one id or two; give them."
    assert told(lambda: choice.why("lyn")) == "There is no 'lyn' (did you mean 'lyon'?); correct the id."
    assert told(lambda: choice.why(1.5)) == "Nobody can be 1.5; an id is a text or a whole number."  # type: ignore[arg-type]  # what is wrong
    two = assign(PAIR, (1, 1))
    assert told(lambda: two.why(b="lyon")) == "There is no 'lyon' in column b; correct the id."


MEMBERS: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "Row 1 of cities is 3; give a mapping with id and country.": ([LYON, 3], {}),
    "Rows 0 and 1 of cities both have the id 'lyon'; keep one.": ([LYON, LYON], {}),
    "City 'x' has no country; give one.": ([{"id": "x", "country": None}], {}),
    "City 1 has no country; give one "
    "(pandas reads NA, Namibia, as nothing; give its read_csv keep_default_na=False).": (
        pd.DataFrame({"id": [1], "country": [np.nan]}),
        {},
    ),
    "The cities have no column 'country'; the only column is id.": (pd.DataFrame({"id": [1]}), {}),
    "City 'lyon', country 'XX': give its two letters of ISO 3166-1, such as BR.": ([LYON | {"country": "XX"}], {}),
    "City 'lyon', needs: there is no subject 'cluster.literasy'; "
    "did you mean 'cluster.literacy' or 'cluster.equity'?": ([LYON | {"needs": "cluster.literasy:4:webinar"}], {}),
    "City 'lyon', needs: there is no mode 'webinars'; did you mean 'webinar'?": (
        [LYON | {"needs": "sdg.4:4:webinars"}],
        {},
    ),
    "City 'lyon', needs[0].intensity '9': give 5 or less.": ([LYON | {"needs": "sdg.4:9:webinar"}], {}),
    "City 'lyon', offers 'sdg.4': write each entry as subject:intensity:mode, such as sdg.4:3:webinar.": (
        [LYON | {"offers": "sdg.4"}],
        {},
    ),
    "There is no column 'need' of cities; did you mean 'needs'?": ([{"id": 1, "country": "FR", "need": ""}], {}),
    "City 'lyon', latitude 100: give 90 or less.": ([LYON | {"latitude": 100}], {}),
    "City 'lyon', longitude inf: give a number that is nearer to 0.": ([LYON | {"longitude": np.inf}], {}),
    "City 'lyon', capacity -1: give 0 or more.": ([LYON | {"capacity": -1}], {}),
    "City 'lyon', population '84.000': give a whole number.": ([LYON | {"population": "84.000"}], {}),
    "City 'lyon', told_on '86400': give the date as YYYY-MM-DD.": ([LYON | {"told_on": "86400"}], {}),
    "Programme 'line', budget '9.000': give a whole number.": ([LYON], {"programmes": [LINE | {"budget": "9.000"}]}),
    "City 'lyon', kind: there is no kind of city 'cities'; did you mean 'city'?": ([LYON | {"kind": "cities"}], {}),
    "City 'lyon', languages 'fr,en': give codes of ISO 639, such as fr|pt-BR.": (
        [LYON | {"languages": "fr,en"}],
        {},
    ),
    "City 'lyon', needs[0].valid_until '2027': give the date as YYYY-MM-DD.": (
        [LYON | {"needs": "sdg.4:4:webinar:2027"}],
        {},
    ),
    "City 'lyon', told_on 'May': give the date as YYYY-MM-DD.": ([LYON | {"told_on": "May"}], {}),
    "Row 0 of ties names 'gratz', and there is no such member (did you mean 'graz'?); correct it.": (
        [LYON, GRAZ],
        {"ties": [("gratz", "lyon")]},
    ),
    "Row 0 of ties ties 'lyon' to itself; take the row out.": ([LYON], {"ties": [("lyon", "lyon")]}),
    "A city and a programme both have the id 'lyon'; change one of them.": (
        [LYON],
        {"programmes": [LINE | {"id": "lyon"}]},
    ),
    "A partner and another member both have the id 'lyon'; change one of them.": (
        [LYON],
        {"programmes": [LINE | {"partner": "lyon"}]},
    ),
    "Programme 'line', grant_min is more than grant_max; correct one of them.": (
        [LYON],
        {"programmes": [LINE | {"grant_min": 10}]},
    ),
    "Programme 'line', population_min is more than population_max; correct one of them.": (
        [LYON],
        {"programmes": [LINE | {"population_min": 9, "population_max": 3}]},
    ),
    "Programme 'line' has no budget; give one.": ([LYON], {"programmes": [LINE | {"budget": np.nan}]}),
    "Request 1 is of the city 'oslo', and there is none; correct it.": (
        [LYON],
        {"requests": [{"id": 1, "city": "oslo", "amount_min": 1, "amount_max": 2, "currency": "EUR"}]},
    ),
    "The weights are no table; write tables twinning and sponsorship, a number a part.": ([LYON], {"weights": 3}),
    "Give the weight size of a twinning a number from 0 to 1000.": ([LYON], {"weights": {"twinning": {"size": -1}}}),
    "All weights of a sponsorship are zero; give at least one part a positive weight.": (
        [LYON],
        {
            "weights": {
                "sponsorship": dict.fromkeys(("subjects", "grant", "support", "focus", "language", "network"), 0)
            }
        },
    ),
    "The minimum score must be a number from 0 to 1, not 2.": ([LYON], {"minimum_score": 2}),
    "today must be a date, such as date(2026, 11, 25), not '2026'.": ([LYON], {"today": "2026"}),
}


@pytest.mark.parametrize("sentence", MEMBERS)
def test_wrong_members_are_told_in_a_sentence(sentence: str) -> None:
    cities, options = MEMBERS[sentence]
    assert told(lambda: Members(cities, **options)) == sentence


ASKED: Mapping[str, Callable[[Members], object]] = {
    "There is no city or programme 'lion' (did you mean 'lyon'?); correct the id.": lambda m: m.suggest("lion"),
    "There is no city or programme ['lyon']; correct the id.": lambda m: m.suggest(["lyon"]),  # type: ignore[arg-type]
    "The number of partners must be a whole number from 0 to 1,000,000, not -1.": lambda m: m.suggest("lyon", -1),
    "lyon is no partner of itself; name two members.": lambda m: m.why("lyon", "lyon"),
    "Programme 'over' takes no applications on 2026-11-25; see its opens and closes.": lambda m: m.why("lyon", "over"),
    "A city has no budget; leave it out.": lambda m: m.suggest("lyon", budget=3),
    "graz and lyon both must and must never be paired; drop one of the two rules.": lambda m: m.round(
        must=[("lyon", "graz")], never=[("graz", "lyon")]
    ),
    "The kinds must be twinning, sponsorship or both, not 'friendship'.": lambda m: m.round(kinds="friendship"),
}


@pytest.mark.parametrize("sentence", ASKED)
def test_a_wrong_question_is_told_in_a_sentence(sentence: str) -> None:
    over = LINE | {"id": "over", "closes": date(2026, 1, 1)}
    members = Members([LYON, GRAZ], programmes=[LINE, over], today=date(2026, 11, 25))
    assert told(lambda: ASKED[sentence](members)) == sentence


def test_every_name_that_is_offered_is_there() -> None:
    for name in isopolity.matching.__all__:
        assert getattr(isopolity.matching, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'assing'"):
        isopolity.matching.assing  # noqa: B018  # type: ignore[attr-defined]
