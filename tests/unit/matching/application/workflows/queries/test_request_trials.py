"""Who could fund a request before it is published: the programmes that its page names once it is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.registry import RequestState
from isopolity.matching.application.candidates.parsed_members import request_from
from isopolity.matching.application.workflows.queries.partner_queries import (
    RequestChoice,
    SupportableRequest,
    supportable_if_published,
    supportable_requests,
)
from isopolity.matching.domain.network import Network
from isopolity.matching.errors import UnknownMember
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of
from tests.support.matching.service import NOW, city, need, partner, programme, request

CITIES = [city("accra"), city("essen", needs=(need("cluster.literacy"),))]
PROGRAMMES = [
    programme("reading", grant_min=10_000, grant_max=50_000),
    programme("small", grant_min=100, grant_max=500),
    programme("sea", subjects=("sdg.14",)),
    programme("dollars", currency="USD", grant_min=10_000, grant_max=50_000),
]
MOST = 10


def network(*requests: RequestState) -> Network:
    return network_of([*CITIES, partner("halcyon", PROGRAMMES)], requests)


def tried(asked: RequestState, *others: RequestState) -> SupportableRequest:
    surroundings = surroundings_of(network(*others))
    return asyncio.run(supportable_if_published(request_from(asked), surroundings, MOST))


def published(asked: RequestState, *others: RequestState) -> SupportableRequest | None:
    choice, surroundings = RequestChoice(request_id=asked.request_id), surroundings_of(network(asked, *others))
    found, _ = asyncio.run(supportable_requests(choice, surroundings, after=None, limit=1, most=MOST))
    return found[0] if found else None


def summary(found: SupportableRequest) -> Any:
    return found.total, [each.programme_id for each in found.programmes], found.request, found.city.city_id


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"amount_min": 100, "amount_max": 300},
        {"amount_min": 0, "amount_max": 0},
        {"currency": "USD"},
        {"currency": "KES"},
        {"subjects": ("sdg.14",)},
        {"subjects": ("sdg.13",)},
        {"subjects": ()},
        {"topics": ("topic.556",)},
        {"starts": NOW.date() + timedelta(days=30)},
        {"beneficiaries": 40},
    ],
)
def test_a_trial_names_the_programmes_that_the_page_names_once_it_is_published(changes: dict[str, Any]) -> None:
    asked = request("books", "accra", **{"amount_min": 20_000, "amount_max": 30_000} | changes)
    others = [request("boats", "essen", amount_min=10, amount_max=20), request("lamps", "accra", subjects=("sdg.4",))]
    then = published(asked, *others)
    assert then is not None
    assert summary(tried(asked, *others)) == summary(then)
    before = asked.model_copy(update={"amount_max": 90_000, "subjects": ("sdg.4",)})
    assert summary(tried(asked, before, *others)) == summary(then), "a change of a request that stands"


def test_a_request_whose_last_day_is_over_could_be_funded_by_none() -> None:
    asked = request("books", "accra", ends=NOW.date() - timedelta(days=1))
    assert tried(asked).total == 0
    assert published(asked) is None


def test_only_an_endorsed_city_tries_a_request() -> None:
    with pytest.raises(UnknownMember):
        tried(request("books", "nowhere"))
