"""No money without a request: what a city looks for meets other support, and takes nothing of a budget."""

from typing import Any, Final

import pytest

from isopolity.contracts.registry import RequestState
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair, visible_blockers
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording.blocker_sentences import pair_blocker
from isopolity.matching.application.workflows.amounts import commitment_of
from isopolity.matching.domain.money.grants import MoneyLeft
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import TestClock, city, need, partner, programme, request

KWEKWE = city("kwekwe", name="Kwekwe", needs=(need("cluster.literacy", "good-practice", 5),))
LARGE: Final[dict[str, Any]] = {"budget": 40_000_000, "grant_min": 2_700_000, "grant_max": 16_000_000}
ASKED = request("rooms", "kwekwe", amount_min=3_000_000, amount_max=5_000_000)
NOTHING = ClosedPairs(closed=(), proposed=())


async def proposed(supports: tuple[str, ...], *requests: RequestState, **terms: Any) -> list[Proposal]:
    """The sponsorships of a round over Kwekwe and one programme."""
    fund = partner("halcyon", [programme("reading", name="Reading", supports=supports, **LARGE | terms)])
    running = Instance(FakeStore(), network_of([KWEKWE, fund], requests), SendingPolicy.ROUNDS_ONLY, TestClock())
    await running.run_round(kinds=("sponsorship",))
    return list(await running.proposals("issued"))


def told(proposal: Proposal) -> list[str]:
    return [reason.code for side in proposal.sides for reason in side.reasons]


async def test_a_good_practice_transfer_without_a_request_is_never_offered_millions() -> None:
    assert await proposed(("funding",)) == []
    assert await proposed(()) == []


async def test_expertise_meets_what_a_city_looks_for_and_no_money_comes_with_it() -> None:
    (pair,) = await proposed(("funding", "expertise"))
    assert pair.b.request is None
    assert "grant" not in told(pair)
    assert told(pair).count("no-grant") == 2
    money = MoneyLeft(market("expertise").programmes, [], {})
    assert all(money.takes(commitment_of(pair)) for _ in range(99))


async def test_support_that_would_not_help_is_not_proposed() -> None:
    assert await proposed(("funding", "equipment")) == []
    assert await proposed(("training",), grant_min=0, grant_max=0, budget=0) == []


async def test_a_request_of_fitting_size_is_offered_money() -> None:
    (pair,) = await proposed(("funding",), ASKED)
    assert pair.b.request_id == "rooms"
    assert told(pair).count("grant") == 2
    small = ASKED.model_copy(update={"amount_min": 2_000, "amount_max": 9_000})
    assert await proposed(("funding",), small) == []


async def test_a_request_that_names_no_amount_gets_no_money_either() -> None:
    open_one = ASKED.model_copy(update={"amount_min": 0, "amount_max": 0})
    assert await proposed(("funding",), open_one) == []
    (pair,) = await proposed(("funding", "training"), open_one)
    assert pair.b.request_id == "rooms"
    assert "grant" not in told(pair)


async def test_what_asks_for_money_is_no_pair_of_a_programme_that_grants_none() -> None:
    without = {"grant_min": 0, "grant_max": 0, "budget": 0}
    (pair,) = await proposed(("expertise",), ASKED, **without)
    assert pair.b.request_id is None
    assert "no-grant" not in told(pair)


def market(*supports: str, **terms: Any) -> Market:
    fund = partner("halcyon", [programme("reading", name="Reading", supports=supports, **LARGE | terms)])
    return market_of([KWEKWE, fund], [ASKED] if terms else [])


@pytest.mark.parametrize(
    ("terms", "code", "sentence"),
    [
        ({}, "no-money-asked", "“Reading” could help Kwekwe with money alone, and Kwekwe has asked for none."),
        (
            {"grant_min": 0, "grant_max": 0, "budget": 0},
            "amount",
            "Kwekwe asks for money, and “Reading” grants none.",
        ),
    ],
)
def test_the_blocker_is_said_in_a_sentence(terms: dict[str, int], code: str, sentence: str) -> None:
    some = market("funding", **terms)
    pair = scored_pair(some, "programme/halcyon/reading", "city/kwekwe", "rooms" if terms else None)
    assert list(visible_blockers(some, pair, some.capacities.keys(), NOTHING)) == [code]
    assert pair_blocker(code, pair) == sentence
