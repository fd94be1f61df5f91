"""Rules of a round as they are stored with it."""

from datetime import UTC, datetime

import pytest

from isopolity.matching.adapters.sql.rounds import DOCUMENT
from isopolity.matching.domain.round import Round, RoundPlan, RoundResult, RoundStatus
from isopolity.matching.domain.rules.filters import MemberFilter
from isopolity.matching.domain.rules.rule_book import RuleOutcome, RulesResult, Source
from tests.support.matching.ruled_networks import drawn_book

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def a_round(seed: int) -> Round:
    outcome = RuleOutcome(source=Source(position=0, group="africa"), at_least=3, reached=4, unit_price=120_000)
    rules = RulesResult(outcomes=(outcome,), value_without=5, bound_without=6)
    result = RoundResult(members=9, candidates=9, proposed=2, issued=0, skipped=0, rules=rules)
    plan = RoundPlan(book=drawn_book(seed, rules=4))
    return Round(round_id="r", plan=plan, status=RoundStatus.DONE, ordered_at=NOW, result=result)


@pytest.mark.parametrize("seed", range(30))
def test_a_round_is_read_as_it_was_written(seed: int) -> None:
    known = a_round(seed)
    assert DOCUMENT.validate_python(DOCUMENT.dump_python(known, mode="json")) == known


def test_a_round_from_before_there_were_rules_has_none() -> None:
    document = DOCUMENT.dump_python(a_round(1), mode="json")
    del document["plan"]["book"]
    del document["result"]["rules"]
    known = DOCUMENT.validate_python(document)
    assert known.plan.book.is_plain
    assert known.result is not None
    assert known.result.rules is None


@pytest.mark.parametrize(
    ("of", "cities", "programmes"),
    [
        (MemberFilter(), False, False),
        (MemberFilter(region=("africa",)), True, False),
        (MemberFilter(without_tie=False), True, False),
        (MemberFilter(member="programme"), False, True),
        (MemberFilter(home_country=("DE",), language=("de",)), False, True),
        (MemberFilter(language=("de",)), False, False),
    ],
    ids=["all", "region", "tie", "programme", "home", "language"],
)
def test_a_filter_knows_who_can_fit_it(of: MemberFilter, *, cities: bool, programmes: bool) -> None:
    assert (of.is_of_cities, of.is_of_programmes) == (cities, programmes)


def test_a_limit_holds_or_not() -> None:
    source = Source(position=0)
    assert RuleOutcome(source=source, at_least=2, at_most=3, reached=3).holds
    assert not RuleOutcome(source=source, at_least=2, at_most=3, reached=4).holds
    assert not RuleOutcome(source=source, at_least=2, reached=1).holds
    of_members = Source(position=0, is_of_members=True)
    assert RuleOutcome(source=of_members, members=4).holds
    assert not RuleOutcome(source=of_members, members=4, broken=1).holds
