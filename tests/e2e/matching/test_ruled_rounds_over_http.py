"""Rounds under rules over HTTP: ordered, told with what was reached and its price, edited as drafts, refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from tests.support.matching.service import Network, Running, TestClock, complementary, embedded, matching

APART = {"name": "apart", "pairs": "twinnings", "including": {"region": "africa"}, "at_most": 1}


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def network(tmp_path: Path, clock: TestClock) -> AsyncIterator[Network]:
    async with embedded(tmp_path, clock) as opened:
        await opened.publish("isopolity.registry.city.endorsed.v1", *complementary(6))
        yield opened


@pytest.fixture
async def service(network: Network, tmp_path: Path, clock: TestClock) -> AsyncIterator[Running]:
    async with matching(network, tmp_path, clock, solver=AssignmentSolver(), sending_policy="rounds-only") as running:
        yield running


@pytest.fixture
async def holding(network: Network, tmp_path: Path, clock: TestClock) -> AsyncIterator[Running]:
    async with matching(network, tmp_path, clock, solver=AssignmentSolver(), sending_policy="hold") as running:
        yield running


async def test_a_round_tells_what_became_of_each_rule_and_what_they_cost(service: Running) -> None:
    done = (await service.post("/rounds", {"rules": [APART], "objective": "serve-everybody-first"})).json()
    assert done["proposed"] == 1
    rule, objective = done["rules"]
    assert rule["rule"] == "At most 1 twinning with a city of Africa."
    assert rule["told"].startswith("Rule 1 “apart”: 1 twinning, at most 1 allowed")
    assert (rule["holds"], rule["reached"], rule["at_most"]) == (True, 1, 1)
    assert objective["told"].startswith("The objective: 2 members served")
    assert done["price"]["value_without"] > done["value"]
    assert "That costs" in done["price"]["told"]
    assert (await service.get(f"/rounds/{done['round_id']}", "staff")).json() == done
    certificate = await service.get(f"/rounds/{done['round_id']}/certificate", "staff")
    assert certificate.json()["format"] == "isopolity-certificate/3"
    assert check(read(certificate.content)).is_proved


async def test_rules_that_cannot_be_kept_are_told_to_who_waits(service: Running) -> None:
    order = {"rules": [{"including": {"region": "africa"}, "at_least": 4}]}
    answer = await service.client.post(
        "/matching/v1/rounds", json=order, headers=service.headers("staff") | {"Prefer": "wait=60"}
    )
    assert answer.status_code == 409
    detail = answer.json()["detail"]
    assert "Rule 1 (At least 4 pairs with a city of Africa) is short by 1" in detail
    assert "loosen it" in detail


@pytest.mark.parametrize(
    ("rule", "pointer", "sentence"),
    [
        ({"at_most": "many"}, "/rules/0/at_most", "Give a whole number."),
        ({"at_mst": 3}, "/rules/0/at_mst", "Remove this field: it does not exist."),
        ({}, "/rules/0", "It does not say how many. Add `at_least`, `at_most`, or both."),
        (
            {"including": {"region": "Africa"}, "at_most": 1},
            "/rules/0/including/region/0",
            "There is no region 'Africa'. Write 'africa'.",
        ),
    ],
    ids=["type", "key", "kind", "code"],
)
async def test_a_rule_that_cannot_be_read_is_refused(
    service: Running, rule: dict[str, Any], pointer: str, sentence: str
) -> None:
    answer = await service.client.post("/matching/v1/rounds", json={"rules": [rule]}, headers=service.headers("staff"))
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [(error["pointer"], error["detail"]) for error in errors] == [(pointer, sentence)]


async def test_a_draft_tells_of_a_rule_that_an_edit_breaks_and_improving_mends_it(holding: Running) -> None:
    done = (await holding.post("/rounds", {"rules": [APART]})).json()
    draft = f"/drafts/{done['round_id']}"
    (chosen,) = (await holding.get(f"{draft}/pairs", "staff")).json()["items"]
    names = sorted({f"city-{number:04}" for number in range(6)} - {chosen["a"], chosen["b"]})
    odd = [name for name in names if int(name[-1]) % 2]
    even = [name for name in names if name not in odd]
    edit = {"act": "put-in", "pair": [odd[0], even[0]]}
    edited = (await holding.post(f"{draft}/edits", {"edits": [edit]})).json()
    broken = "Rule 1 “apart”: 2 twinnings, at most 1 allowed; it does not hold."
    assert edited["broken_rules"] == [broken]
    assert [rule["told"] for rule in (await holding.get(f"{draft}/report", "staff")).json()["rules"]] == [broken]
    assert (await holding.post(f"{draft}/plan")).json()["broken_rules"] == [broken]
    improved = (await holding.post(f"{draft}/improve")).json()
    assert (improved["broken_rules"], improved["draft"]["pairs"]) == ([], 1)
    assert (await holding.post(f"{draft}/plan")).json()["broken_rules"] == []
