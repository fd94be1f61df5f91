"""Rules that cannot be kept are told in one sentence, before any solver runs."""

import pytest

from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.domain.rules.pair_rules import PairRules, pair_key
from isopolity.matching.errors import ContradictoryRules, MatchingError, UnknownMember
from tests.support.matching.round_problems import round_problem

LYON, TAMPERE, OSLO, GRANTS = "city/lyon", "city/tampere", "city/oslo", "programme/fund/grants"
FUNDED_LYON, FUNDED_TAMPERE, FUNDED_OSLO = (f"{city}/sponsorships" for city in (LYON, TAMPERE, OSLO))
FUNDED_BONN = "city/bonn/sponsorships"
FUNDED = {FUNDED_LYON: 0, FUNDED_TAMPERE: 1, FUNDED_OSLO: 1, FUNDED_BONN: 1}
CAPACITIES = {LYON: 1, TAMPERE: 2, OSLO: 0, GRANTS: 1, **FUNDED}


def test_a_pair_is_the_same_whichever_member_comes_first() -> None:
    rules = PairRules.of(must=[(TAMPERE, LYON), (LYON, TAMPERE)])
    assert rules.must == {(LYON, TAMPERE)}
    rules.check(CAPACITIES)


@pytest.mark.parametrize(
    ("must", "never", "sentence"),
    [
        (
            [(LYON, TAMPERE)],
            [(TAMPERE, LYON)],
            "city/lyon and city/tampere both must and must never be paired; drop one of the two rules.",
        ),
        ([(LYON, LYON)], [], "A rule pairs city/lyon with itself; name two members."),
        ([], [(LYON, LYON)], "A rule pairs city/lyon with itself; name two members."),
    ],
)
def test_rules_that_contradict_each_other_are_refused(
    must: list[tuple[str, str]], never: list[tuple[str, str]], sentence: str
) -> None:
    with pytest.raises(ContradictoryRules) as refused:
        PairRules.of(must=must, never=never)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("must", "refusal", "sentence"),
    [
        (
            [(LYON, "city/atlantis")],
            UnknownMember,
            "A rule names city/atlantis, and there is no such endorsed member; correct its id.",
        ),
        (
            [(LYON, TAMPERE), (LYON, OSLO)],
            ContradictoryRules,
            "city/lyon must be in 2 twinnings but can handle 1 more; drop a rule or raise its capacity for twinnings.",
        ),
        (
            [(FUNDED_LYON, GRANTS), (LYON, TAMPERE)],
            ContradictoryRules,
            "city/lyon/sponsorships must be in 1 sponsorship but can handle 0 more; "
            "drop a rule or raise its capacity for sponsorships.",
        ),
        (
            [(FUNDED_OSLO, GRANTS), (GRANTS, FUNDED_BONN)],
            ContradictoryRules,
            "programme/fund/grants must be in 2 sponsorships but can handle 1 more; "
            "drop a rule or raise the number of its cities.",
        ),
        (
            [(TAMPERE, OSLO)],
            ContradictoryRules,
            "city/oslo must be in 1 twinning but can handle 0 more; drop a rule or raise its capacity for twinnings.",
        ),
        (
            [(GRANTS, FUNDED_TAMPERE)],
            ContradictoryRules,
            "city/tampere/sponsorships and programme/fund/grants must be paired but cannot be proposed at present; "
            "drop the rule.",
        ),
        (
            [(GRANTS, "programme/fund/loans")],
            ContradictoryRules,
            "programme/fund/grants and programme/fund/loans cannot be paired; name two cities, or programme and city.",
        ),
    ],
)
def test_must_pairs_that_cannot_be_are_refused(
    must: list[tuple[str, str]], refusal: type[MatchingError], sentence: str
) -> None:
    with pytest.raises(refusal) as refused:
        PairRules.of(must=must).check(
            CAPACITIES | {"programme/fund/loans": 1}, closed=["programme/fund/grants:tampere"]
        )
    assert str(refused.value) == sentence


def test_a_blocked_must_pair_is_refused_with_what_blocks_it() -> None:
    with pytest.raises(ContradictoryRules, match=r"are blocked: both are in France; drop the rule\."):
        PairRules.of(must=[(LYON, TAMPERE)]).check(CAPACITIES, blocked=lambda pair: "both are in France")


def test_an_unknown_member_can_be_refused_in_a_never_rule_too() -> None:
    with pytest.raises(UnknownMember, match="city/atlantis"):
        PairRules.of(never=[(LYON, "city/atlantis")]).require_known(CAPACITIES)


def test_a_never_pair_may_be_frozen_blocked_full_or_of_somebody_who_left() -> None:
    rules = PairRules.of(never=[(LYON, OSLO), (LYON, "city/left")])
    rules.check(CAPACITIES, closed=["lyon:oslo"], blocked=lambda pair: "anything")


def test_positions_follow_the_edges_and_a_never_pair_that_is_none_is_kept_anyway() -> None:
    rules = PairRules.of(must=[(GRANTS, LYON)], never=[(OSLO, TAMPERE), (LYON, OSLO)])
    must, never = rules.positions([(LYON, TAMPERE), (OSLO, LYON), (LYON, GRANTS)])
    assert (must.tolist(), never.tolist()) == ([2], [1])


def test_a_must_pair_that_is_no_candidate_is_missing_until_the_caller_adds_it() -> None:
    rules = PairRules.of(must=[(TAMPERE, LYON)])
    assert rules.missing([(LYON, OSLO)]) == [(LYON, TAMPERE)]
    assert rules.missing([(LYON, TAMPERE)]) == []
    with pytest.raises(ContradictoryRules, match="must be paired but are no candidates"):
        rules.positions([(LYON, OSLO)])


def test_pairs_have_the_keys_of_candidates() -> None:
    assert pair_key((LYON, TAMPERE)) == "lyon:tampere"
    assert pair_key((LYON, GRANTS)) == "programme/fund/grants:lyon"


@pytest.mark.parametrize(
    ("must", "never", "sentence"),
    [
        ([0], [0], "The pair of nodes 0 and 1 both must and must never be chosen; drop one of the two rules."),
        (
            [0, 1],
            [],
            "Node 0 must be in 2 chosen pairs but its capacity is 1; drop a rule or raise the capacity.",
        ),
    ],
)
def test_numbered_rules_that_cannot_be_kept_are_refused_too(must: list[int], never: list[int], sentence: str) -> None:
    with pytest.raises(ContradictoryRules) as refused:
        presolve(round_problem([1, 1, 1], [(0, 1, 5), (0, 2, 5)], must=must, never=never))
    assert str(refused.value) == sentence
