"""The audit of all pairs: a true certificate passes, and what is claimed too low is found, with code of its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.workflows.rounds.choice import all_pairs
from isopolity.matching.application.workflows.rounds.remedies import FailedRules
from isopolity.matching.assignment.certificate import Certificate, check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.assignment.problem import Mode
from isopolity.matching.audit.all_pairs import audited
from isopolity.matching.domain.rules.rule_book import PLAIN, RuleBook
from isopolity.matching.entrypoints.rule_files.rule_file import rule_book
from tests.support.matching.ruled_networks import drawn, drawn_book, five_regions
from tests.support.matching.sealed_rounds import sealed_round

CITIES = 60
BOOKS: dict[str, list[dict[str, Any]]] = {
    "no rules": [],
    "a distance": [{"km_at_most": 6000, "pairs": "twinnings"}],
    "a language and a quota": [{"common_language": True}, {"within": "region", "at_most": 3}],
    "floors": [
        {"between": [{"country": "FR"}, {"country": "JP"}], "at_least": 4},
        {"each": {"country": "KE"}, "partner": {"country": "BR"}, "at_least": 1},
    ],
}


class Kept(NamedTuple):
    certificate: Certificate
    sealed: str


def kept(market: Market, book: RuleBook = PLAIN, mode: Mode = Mode.EXACT, per_city: int = 3) -> Kept:
    """What is kept of a round."""
    found = sealed_round(market, book, mode, per_city)
    return Kept(read(found.certificate), found.sealed)


@cache
def market() -> Market:
    return five_regions(CITIES)


@pytest.mark.parametrize("whole", [all_pairs.WHOLE, 0], ids=["all are candidates", "candidates by prices"])
@pytest.mark.parametrize("rules", BOOKS.values(), ids=BOOKS.keys())
def test_a_round_over_all_pairs_passes(
    rules: Sequence[dict[str, Any]], whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_pairs, "WHOLE", whole)
    certificate, sealed = kept(market(), rule_book({"rules": rules}))
    assert check(certificate).is_proved
    found = audited(certificate, sealed)
    assert found.faults == []
    assert found.rows == found.of_rows == CITIES + 6
    assert found.sentence.startswith("In all 66 rows of pairs, 3,900 pairs, no pair beyond the candidates could add")


@pytest.mark.parametrize("seed", range(40))
def test_rules_drawn_at_random_mean_the_same_to_the_audit(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_pairs, "WHOLE", 0)
    network, *_ = drawn(seed, cities=9)
    try:
        certificate, sealed = kept(network, drawn_book(seed), per_city=1)
    except FailedRules:
        return
    assert check(certificate).is_proved
    assert audited(certificate, sealed).faults == []


def test_a_quick_round_says_by_how_much_pairs_beyond_its_candidates_could_raise_it() -> None:
    certificate, sealed = kept(market(), PLAIN, Mode.QUICK, per_city=1)
    of_all = certificate.all_pairs
    assert of_all is not None
    assert of_all.surplus
    assert of_all.bound > certificate.upper_bound
    assert "% of what any choice could reach" in check(certificate).sentence
    assert audited(certificate, sealed).faults == []


def lowered(certificate: Certificate) -> Certificate:
    assert certificate.all_pairs is not None
    (node, by), *others = certificate.all_pairs.surplus
    return replace(certificate, all_pairs=replace(certificate.all_pairs, surplus=[(node, by - 1), *others]))


def counted(certificate: Certificate) -> Certificate:
    assert certificate.all_pairs is not None
    return replace(certificate, all_pairs=replace(certificate.all_pairs, pairs=7))


def cheaper(certificate: Certificate) -> Certificate:
    problem = certificate.problem
    return replace(certificate, problem=replace(problem, weight=problem.weight - 1))


def closed(certificate: Certificate) -> Certificate:
    never = np.setdiff1d(np.arange(len(certificate.problem.a)), certificate.solution.chosen)[:1]
    return replace(certificate, problem=replace(certificate.problem, never=never))


def narrow(certificate: Certificate) -> Certificate:
    capacity = certificate.problem.capacity.copy()
    capacity[0] = 0
    return replace(certificate, problem=replace(certificate.problem, capacity=capacity))


@pytest.mark.parametrize(
    ("falsified", "sentence"),
    [
        (lowered, "pairs beyond the candidates could add"),
        (counted, "speaks of 7 pairs, and there are"),
        (cheaper, "weighs"),
        (closed, "is ruled out, and by no rule of the round"),
        (narrow, "has 0 places, and its member has room for"),
    ],
)
def test_what_is_claimed_wrongly_is_found(falsified: Callable[[Certificate], Certificate], sentence: str) -> None:
    certificate, sealed = kept(market(), PLAIN, Mode.QUICK, per_city=1)
    found = audited(falsified(certificate), sealed)
    assert any(sentence in fault for fault in found.faults)
    assert found.sentence.startswith("What is said of all pairs is not proved. ")


def test_members_of_another_round_or_changed_ones_are_refused() -> None:
    certificate, sealed = kept(market(), PLAIN)
    found = audited(certificate, sealed.replace('"minimum_score":0.35', '"minimum_score":0.9'))
    assert found.faults == ["These are not the members that the certificate was sealed with."]


def test_rows_are_drawn_by_the_fingerprint() -> None:
    certificate, sealed = kept(market(), PLAIN)
    found = audited(certificate, sealed, rows=5)
    assert (found.faults, found.rows, found.of_rows) == ([], 5, CITIES + 6)
    assert found == audited(certificate, sealed, rows=5)
    assert found.sentence.startswith("In 5 of 66 rows of pairs, ")
