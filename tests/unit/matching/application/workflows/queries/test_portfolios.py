"""Portfolios: whom a programme's money supports, in the eyes of its partner and of staff."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.registry import CityState, RequestState
from isopolity.matching.adapters.engine import candidate_search
from isopolity.matching.application.candidates.programme_portfolio import Portfolio
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording.portfolio_sentences import portfolio_sentences
from isopolity.matching.application.workflows.queries.partner_queries import MoneyKnown, Supposition, portfolio
from isopolity.matching.domain.member import sponsorship_pair
from isopolity.matching.domain.money.grants import AskedAmounts, Commitment, CommitmentState, GrantTerms, SetAmount
from isopolity.matching.errors import InvalidWhatIf, UnknownMember
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import NOW, city, need, partner, programme, request

LITTLE: dict[str, Any] = {"amount_min": 10_000, "amount_max": 10_000}
CITIES = [city("accra"), city("bamako"), city("cairo"), city("dakar"), city("essen", needs=(need("cluster.literacy"),))]
REQUESTS = [
    request("rooms", "accra", amount_min=40_000, amount_max=60_000, beneficiaries=300),
    request("books", "bamako", amount_min=30_000, amount_max=30_000),
    request("lamps", "cairo", subjects=("sdg.4",), **LITTLE),
    request("boats", "dakar", subjects=("area.communities",), **LITTLE),
]
READING = "programme/halcyon/reading"
_SEARCH = candidate_search(0.2)
"""It finds neighbouring subjects, too."""
NOTHING = ClosedPairs(closed=frozenset(), proposed=frozenset())


def found(
    *,
    cities: Sequence[CityState] = CITIES,
    requests: Sequence[RequestState] = REQUESTS,
    commitments: Sequence[Commitment] = (),
    amounts: Sequence[SetAmount] = (),
    taken: Mapping[str, int] | None = None,
    closed: ClosedPairs = NOTHING,
    asker: str | None = None,
    programme_id: str = "reading",
    supposed: Mapping[str, int] | None = None,
    **terms: Any,
) -> Portfolio:
    wanted = {"budget": 100_000, "grant_min": 10_000, "grant_max": 50_000, "cities": 3} | terms
    network = network_of([*cities, partner("halcyon", [programme("reading", **wanted)])], requests)
    known = MoneyKnown(
        commitments=commitments,
        amounts={(each.request_id, each.currency): each for each in amounts},
        closed=closed,
        taken=taken_by(taken or {}),
    )
    around = surroundings_of(network, search=_SEARCH)
    asked = portfolio(
        "halcyon",
        programme_id,
        Supposition(**(supposed or {})),
        known,
        around,
        asker=asker,
    )
    return asyncio.run(asked)


def chosen(portfolio: Portfolio) -> dict[str, int | None]:
    return {each.city.city_id: each.amount for each in portfolio.grants}


def test_requests_get_their_least_and_what_is_left_goes_to_the_best() -> None:
    some = found()
    assert chosen(some) == {"accra": 50_000, "bamako": 30_000, "cairo": 10_000}
    assert some.spent == 90_000
    assert some.bound == some.value


def test_a_city_that_asks_for_no_money_is_in_no_portfolio() -> None:
    letters = request("letters", "essen", amount_min=0, amount_max=0)
    assert "essen" not in chosen(found(cities=[CITIES[4]], requests=[letters]))
    assert "essen" in chosen(found(cities=[CITIES[4]], requests=[request("letters", "essen")]))


def test_a_budget_holds_and_what_is_promised_and_open_is_gone() -> None:
    promised = Commitment(
        holder=READING,
        pair_key=sponsorship_pair(READING, "elsewhere"),
        state=CommitmentState.PROMISED,
        terms=GrantTerms(10_000, 50_000, "EUR"),
        asked=AskedAmounts(20_000, 50_000, "EUR"),
        request_id="lamps",
    )
    far = sponsorship_pair(READING, "far")
    asked = Commitment(holder=READING, pair_key=far, state=CommitmentState.OPEN, may_ask=True)
    unasked = Commitment(holder=READING, pair_key=far, state=CommitmentState.OPEN)
    of_another = Commitment(holder="programme/halcyon/sea", pair_key="sea", state=CommitmentState.PROMISED)
    some = found(commitments=[promised, asked, unasked, of_another])
    assert (some.budget.promised, some.budget.open, some.budget.left) == (20_000, 10_000, 70_000)
    assert some.spent <= 70_000
    assert found(budget=50_000, commitments=[promised, promised, promised]).grants == []


def test_a_request_in_another_currency_waits_until_staff_sets_an_amount() -> None:
    shillings = request("rooms", "accra", amount_min=5_000_000, amount_max=9_000_000, currency="KES")
    waiting = found(requests=[shillings])
    assert [each.request_id for each, _ in waiting.waiting] == ["rooms"]
    assert "accra" not in chosen(waiting)
    staffs = SetAmount(
        request_id="rooms",
        currency="EUR",
        least=35_000,
        most=60_000,
        co_funding=5_000,
        asked_min=5_000_000,
        asked_max=9_000_000,
        asked_currency="KES",
        set_at=NOW,
    )
    some = found(requests=[shillings], amounts=[staffs])
    assert not some.waiting
    assert chosen(some)["accra"] == 50_000
    asks_more = shillings.model_copy(update={"amount_max": 10_000_000})
    assert found(requests=[asks_more], amounts=[staffs]).waiting


def test_no_place_no_city() -> None:
    assert chosen(found(taken={READING: 3})) == {}
    assert len(found(taken={READING: 2}).grants) == 1


def test_a_partner_is_not_told_what_others_have_in_use_and_staff_is() -> None:
    taken = {"city/cairo/sponsorships": 1}
    assert "cairo" not in chosen(found(taken=taken))
    assert chosen(found(taken=taken, asker="halcyon")) == chosen(found(asker="halcyon"))


def test_nobody_is_supported_twice_nor_while_paused() -> None:
    closed = ClosedPairs(closed={sponsorship_pair(READING, "cairo")}, proposed=frozenset())
    assert "cairo" not in chosen(found(closed=closed, asker="halcyon"))
    paused = [city("cairo", paused_until=NOW.date() + timedelta(days=9)), *CITIES[:2]]
    for asker in (None, "halcyon"):
        assert "cairo" not in chosen(found(cities=paused, asker=asker))


def test_it_tells_who_comes_in_and_who_goes_out() -> None:
    some = found(budget=75_000)
    told = " ".join(portfolio_sentences(some))
    assert "It would support Bamako, Cairo and Dakar with grants of 10,000 to 30,000 EUR, 50,000 EUR in all" in told
    assert "With 80,000 EUR in all (5,000 EUR more), Accra would come in and Dakar would go out." in told
    assert "With 49,999 EUR in all (25,001 EUR less), Dakar would go out." in told
    assert "With 82,500 EUR in all (7,500 EUR more), Accra would come in and Dakar would go out." in told
    assert "With 67,500 EUR in all (7,500 EUR less), the same cities would be supported." in told


def test_nobody_to_support_is_told_with_what_it_would_take() -> None:
    assert portfolio_sentences(found(budget=9_000)) == [
        "Of a budget of 9,000 EUR, nothing is promised or open.",
        "It would support nobody: no grant that fits is within 9,000 EUR.",
        "With 10,000 EUR in all (1,000 EUR more), Cairo would come in.",
    ]
    assert "no city that may be proposed at present fits" in portfolio_sentences(found(cities=[]))[1]
    assert "has no place for another city" in portfolio_sentences(found(taken={READING: 3}))[1]


def test_a_supposed_budget_says_that_it_is_supposed() -> None:
    some = found(supposed={"budget": 300_000, "grant_max": 60_000, "cities": 4})
    assert chosen(some) == {"accra": 60_000, "bamako": 30_000, "cairo": 10_000, "dakar": 10_000}
    assert portfolio_sentences(some)[0].startswith("Supposed: of a budget of 300,000 EUR, nothing is promised or open")


def test_what_cannot_be_is_told_in_a_sentence() -> None:
    with pytest.raises(UnknownMember, match="no open programme"):
        found(programme_id="none")
    with pytest.raises(InvalidWhatIf, match="names no amount of a grant"):
        found(grant_min=0, grant_max=0)
    with pytest.raises(InvalidWhatIf, match="is more than the most"):
        found(supposed={"grant_min": 60_000})


def test_a_range_that_begins_with_nothing_names_no_least() -> None:
    up_to = request("rooms", "cairo", amount_min=0, amount_max=20_000)
    some = found(cities=[city("cairo")], requests=[up_to], grant_min=0)
    assert [(each.span.least, each.span.most) for each in some.grants] == [(20_000, 20_000)]
