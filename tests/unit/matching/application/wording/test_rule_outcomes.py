"""What became of rules, in sentences: reached, missed, its price; and why no round keeps them."""

import pytest

from isopolity.matching.application.rules.ruled_choice import NO_PAIRS, NarrowingPairs, Shortfall, UnkeptBook
from isopolity.matching.application.wording.rule_outcomes import (
    outcome_sentence,
    price_sentence,
)
from isopolity.matching.application.workflows.rounds.failure_sentences import unmet_sentences
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook, RuleOutcome, RulesResult, Source
from isopolity.matching.entrypoints.rule_files.rule_file import rule_book

BOOK = rule_book(
    {
        "objective": "as-even-as-possible-by-region",
        "rules": [
            {"name": "few", "pairs": "twinnings", "at_least": 2, "at_most": 9},
            {"floor_by": "region"},
            {"each": {}, "at_least": 2},
            {"common_language": True},
            {"serve": {"region": "africa"}, "at_least": 7},
            {"pairs": "twinnings", "each": {}, "at_least": 1},
        ],
    }
)
FEW, FLOORS, EACH, LANGUAGE, SERVE = (Source(position=position) for position in range(5))
EACH = Source(position=2, is_of_members=True)
CITIES = Source(position=5, is_of_members=True)
OBJECTIVE = Source(position=None)
UNIT = 1_000_000


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (
            RuleOutcome(source=FEW, at_least=2, at_most=9, reached=9, unit_price=123_456),
            "Rule 1 “few”: 9 twinnings, 2 to 9 asked for; the last one costs about 0.123.",
        ),
        (
            RuleOutcome(source=FLOORS.of("arab-states"), at_least=4, reached=1),
            "Rule 2 for the Arab States: 1 pair, at least 4 asked for; it does not hold.",
        ),
        (
            RuleOutcome(source=EACH, members=412, capped=3),
            "Rule 3: 409 of 412 members have as many as it asks for; the other 3 cannot.",
        ),
        (
            RuleOutcome(source=EACH, members=412, broken=1, capped=3),
            "Rule 3: 1 of 412 members does not keep it; 3 cannot have as many.",
        ),
        (
            RuleOutcome(source=EACH, members=2, capped=2),
            "Rule 3: none of 2 members can have as many as it asks for; it asked less of them.",
        ),
        (RuleOutcome(source=EACH, members=412), "Rule 3: kept for all 412 members."),
        (
            RuleOutcome(source=CITIES, members=74, capped=5),
            "Rule 6: 69 of 74 cities have as many as it asks for; the other 5 cannot.",
        ),
        (RuleOutcome(source=EACH, members=412, broken=2), "Rule 3: 2 of 412 members do not keep it."),
        (RuleOutcome(source=EACH, members=1), "Rule 3: kept for the one member."),
        (RuleOutcome(source=EACH), "Rule 3: it is for nobody who has room and candidates."),
        (RuleOutcome(source=LANGUAGE, at_most=0, ruled_out=1_204), "Rule 4: 1,204 candidates ruled out."),
        (
            RuleOutcome(source=LANGUAGE, at_most=0, ruled_out=12, reached=1),
            "Rule 4: 12 candidates ruled out; 1 pair in the draft breaks it.",
        ),
        (RuleOutcome(source=SERVE, at_least=7, reached=8), "Rule 5: 8 members served, at least 7 asked for."),
        (
            RuleOutcome(source=OBJECTIVE.of("africa"), at_least=8, reached=8, possible=8),
            "The objective for Africa: 8 cities served, as many as possible.",
        ),
        (
            RuleOutcome(source=OBJECTIVE.of("africa"), at_least=8, reached=8, possible=9),
            "The objective for Africa: 8 cities served; more than 9 are not possible.",
        ),
        (
            RuleOutcome(source=OBJECTIVE.of("africa"), at_least=8, reached=7, possible=8),
            "The objective for Africa: 7 cities of 8 that were possible; it does not hold any more.",
        ),
    ],
)
def test_what_became_of_a_rule_is_told(outcome: RuleOutcome, sentence: str) -> None:
    assert outcome_sentence(BOOK, outcome) == sentence


@pytest.mark.parametrize(
    ("without", "value", "bound", "sentence"),
    [
        ((10, 10), 10, 10, "That costs nothing."),
        ((10, 11), 10, 10, "That costs at most 1.00, 9.09 % of the value."),
        ((10, 10), 8, 8, "That costs 2.00, 20.00 % of the value."),
        ((10, 11), 8, 9, "That costs 2.00 (proved: 1.00 to 3.00), 20.00 % of the value."),
    ],
)
def test_the_price_of_fairness_is_told_with_what_is_proved(
    without: tuple[int, int], value: int, bound: int, sentence: str
) -> None:
    result = RulesResult(outcomes=(), value_without=without[0] * UNIT, bound_without=without[1] * UNIT)
    told = price_sentence(result, value * UNIT, bound * UNIT)
    assert told.startswith(
        f"The pairs are worth {value}.00 under these rules; without them they would be worth 10.00 among"
    )
    assert told.endswith(sentence)


def unmet(
    *conflict: Source, is_proved: bool, narrowing: tuple[Source, ...] = (), pairs: NarrowingPairs = NO_PAIRS
) -> list[str]:
    shortfalls = [
        Shortfall(source=FEW, at_least=2, at_most=9, missing=1),
        Shortfall(source=EACH, at_least=2, at_most=None, missing=1),
        Shortfall(source=EACH, at_least=2, at_most=None, missing=2),
        Shortfall(source=SERVE, at_least=7, at_most=None, missing=3),
    ]
    found = UnkeptBook(shortfalls, conflict, narrowing, pairs, is_proved=is_proved)
    return list(unmet_sentences(BOOK, found, lambda edge: (f"city/a{edge}", f"city/b{edge}")))


def test_what_is_short_is_told_rule_by_rule() -> None:
    assert unmet(is_proved=False)[1:] == [
        "Rule 1 “few” (At least 2 and at most 9 twinnings) is missed by 1 in the best attempt.",
        "Rule 3 (At least 2 pairs for each member, as far as it has room and candidates) is missed by 3 pairs in the "
        "best attempt.",
        "Rule 5 (At least 7 cities of Africa get a pair) is short by 3: the best attempt reaches 4 of 7.",
        "No set of rules that conflict was found; loosen the rule that is short, or run it in exact mode.",
    ]


def test_rules_in_conflict_are_named() -> None:
    assert unmet(FEW, SERVE, is_proved=True)[-1] == (
        "In conflict: rule 1 “few” and rule 5. That they cannot hold together is proved; loosen one of them."
    )
    assert unmet(SERVE, is_proved=True)[-1] == (
        "Rule 5 cannot be kept even alone, with these members and candidates; loosen it."
    )
    assert unmet(SERVE, is_proved=True, narrowing=(FEW, LANGUAGE))[-1] == (
        "Rule 5 cannot be kept with the candidates and the room that rule 1 “few” and rule 4 leave; loosen one of them."
    )
    assert unmet(FEW, SERVE, is_proved=True, narrowing=(LANGUAGE,))[-1] == (
        "In conflict: rule 1 “few” and rule 5, with the candidates and the room that rule 4 leaves. That they cannot "
        "hold together is proved; loosen one of them."
    )
    assert (
        unmet(is_proved=True)[-1]
        == "It is proved that no choice among the candidates keeps them all; loosen one of them."
    )


def test_the_objective_of_first_ties_counts_cities() -> None:
    book = RuleBook(objective=Objective.FIRST_TIES_FIRST)
    outcome = RuleOutcome(source=OBJECTIVE, at_least=1, reached=1, possible=1)
    assert outcome_sentence(book, outcome) == "The objective: 1 city served, as many as possible."


def test_a_forbidden_pair_that_takes_candidates_is_named_and_many_are_counted() -> None:
    one = NarrowingPairs(required=[2], forbidden=[1])
    assert unmet(SERVE, is_proved=True, pairs=one)[-1] == (
        "Rule 5 cannot be kept with the candidates and the room that the forbidden pair city/a1 and city/b1 and the "
        "required pair city/a2 and city/b2 leave; loosen one of them."
    )
    many = NarrowingPairs(forbidden=range(40))
    assert "the room that 40 forbidden pairs leave;" in unmet(SERVE, is_proved=True, pairs=many)[-1]
