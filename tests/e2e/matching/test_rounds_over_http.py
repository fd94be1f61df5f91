"""Rounds over HTTP: started, watched, cancelled, and their certificates taken home."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.audit.all_pairs import audited
from tests.support.matching.odd_solvers import HangingSolver
from tests.support.matching.service import (
    Network,
    Running,
    TestClock,
    complementary,
    embedded,
    matching,
    partner,
    programme,
)
from tests.support.polling import until


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def network(tmp_path: Path, clock: TestClock) -> AsyncIterator[Network]:
    async with embedded(tmp_path, clock) as opened:
        await opened.publish("isopolity.registry.city.endorsed.v1", *complementary(4))
        yield opened


@pytest.fixture
async def service(network: Network, tmp_path: Path, clock: TestClock) -> AsyncIterator[Running]:
    async with matching(network, tmp_path, clock, solver=AssignmentSolver(), sending_policy="rounds-only") as running:
        yield running


async def start(service: Running, body: Any = None) -> Any:
    """Start a round and do not wait for it."""
    return await service.client.post("/matching/v1/rounds", json=body, headers=service.headers("staff"))


def events(stream: str) -> list[tuple[str, dict[str, Any]]]:
    """The server-sent events in a stream."""
    found = []
    for block in filter(None, stream.split("\n\n")):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


async def test_a_round_that_nobody_waits_for_is_told_event_by_event_until_it_is_done(service: Running) -> None:
    answer = await start(service, {"seed": 7, "mode": "exact", "kinds": ["twinning"]})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["status"], told["seed"], told["mode"], told["kinds"]) == ("waiting", 7, "exact", ["twinning"])
    assert answer.headers["location"] == f"/matching/v1/rounds/{told['round_id']}"
    stream = await service.get(f"/rounds/{told['round_id']}/progress", "staff")
    assert stream.headers["content-type"].startswith("text/event-stream")
    *before, (last, result) = events(stream.text)
    assert {name for name, _ in before} <= {"progress"}
    assert (last, result["proposed"], result["gains"]["first_served"]) == ("done", 2, 4)
    assert result["proved"].startswith("These 2 pairs respect all capacities and rules")
    late = await service.get(f"/rounds/{told['round_id']}/progress", "staff")
    assert events(late.text) == [("done", result)]


async def test_a_round_can_be_read_with_what_it_proves_and_its_certificate_verified(service: Running) -> None:
    done = (await service.post("/rounds")).json()
    known = (await service.get(f"/rounds/{done['round_id']}", "staff")).json()
    assert known == done
    assert known["value"] <= known["bound"]
    path = f"/rounds/{done['round_id']}/certificate"
    packed = await service.get(path, "staff")
    assert packed.headers["content-encoding"] == "gzip"
    assert f"round-{done['round_id']}.json" in packed.headers["content-disposition"]
    headers = service.headers("staff") | {"Accept-Encoding": "identity"}
    plain = await service.client.get(f"/matching/v1{path}", headers=headers)
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    verdict = check(read(plain.content))
    assert (verdict.is_proved, verdict.sentence) == (True, done["proved"])
    assert json.loads(plain.content)["fingerprint"] == done["fingerprint"]
    (publication,) = (await service.get(f"/rounds/{done['round_id']}/publications", "staff")).json()["items"]
    shown = [publication[name] for name in ("number", "pairs", "stands", "fingerprint", "proved", "has_report")]
    assert shown == [1, 2, True, done["fingerprint"], done["proved"], False]
    place = f"/rounds/{done['round_id']}/publications"
    assert (await service.get(f"{place}/1/certificate", "staff")).content == packed.content
    sealed = await service.get(f"{place}/1/sealed", "staff")
    assert f"round-{done['round_id']}-publication-1-sealed.json" in sealed.headers["content-disposition"]
    audit = audited(read(plain.content), sealed.content)
    assert (audit.faults, audit.rows) == ([], done["members"])
    for missing in ("1", "2", "2/certificate", "2/sealed"):
        assert (await service.get(f"{place}/{missing}", "staff")).json()["type"] == "urn:isopolity:problem:no-proof"


async def test_a_round_shows_in_the_metrics(service: Running) -> None:
    await service.post("/rounds")

    text = ""

    async def is_counted() -> bool:  # once its row says that it is done
        nonlocal text
        text = (await service.client.get("/matching/metrics")).text
        return 'isopolity_round_seconds_count{service="matching",status="done"} 1.0' in text

    await until(is_counted)
    assert 'isopolity_round_pairs{service="matching"} 2.0' in text
    assert 'isopolity_round_gap{service="matching"} 0.0' in text


async def test_a_round_that_is_computed_can_be_cancelled_and_the_next_one_runs(
    network: Network, tmp_path: Path, clock: TestClock
) -> None:
    solver = HangingSolver()
    async with matching(network, tmp_path, clock, solver=solver) as service:
        first = (await start(service)).json()["round_id"]
        second = (await start(service)).json()["round_id"]
        await until(solver.begun.is_set)
        cancelled = await service.post(f"/rounds/{first}/cancel")
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
        solver.released.set()
        (*_, (last, _)) = events((await service.get(f"/rounds/{first}/progress", "staff")).text)
        assert last == "cancelled"
        (*_, (last, _)) = events((await service.get(f"/rounds/{second}/progress", "staff")).text)
        assert last == "done"
        refused = await service.post(f"/rounds/{second}/cancel")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:isopolity:problem:round-over")
        listed = (await service.get("/rounds", "staff")).json()["items"]
        assert [each["status"] for each in listed] == ["done", "cancelled"]


async def test_whoever_waits_for_a_round_that_fails_gets_its_sentence_as_a_problem(service: Running) -> None:
    must = [["city-0000", "city-0001"], ["city-0000", "city-0003"]]
    failed = await service.post("/rounds", {"must": must})
    assert failed.status_code == 409
    assert failed.json()["detail"] == (
        "City-0000 must be in 2 twinnings but can handle 1 more; drop a rule or raise its capacity for twinnings."
    )
    known = (await service.get(failed.headers["location"].removeprefix("/matching/v1"), "staff")).json()
    assert (known["status"], known["failure"]) == ("failed", failed.json()["detail"])
    gone = await service.get(f"/rounds/{known['round_id']}/certificate", "staff")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:isopolity:problem:no-proof")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"seed": -1}, "0"),
        ({"seed": 2**31}, "2147483647"),
        ({"mode": "perfect"}, "quick"),
        ({"kinds": []}, "Give a value."),
        ({"kinds": ["marriage"]}, "twinning"),
        ({"must": [["city-0000"]]}, "Give a value."),
        ({"must": [["city-0000", "nobody"]]}, "There is no member nobody; correct the id."),
        ({"never": [["city-0000", "halcyon/none"]]}, "There is no programme halcyon/none; correct the id."),
        ({"must": [["city-0000", "halcyon"]]}, "halcyon has 2 programmes; name one as PARTNER/PROGRAMME."),
        ({"must": [["halcyon/a", "halcyon/b"]]}, "“B” of Foundation Halcyon cannot be paired; name two cities"),
        ({"unknown": 1}, "unknown"),
    ],
)
async def test_a_wrong_order_is_refused_in_a_sentence_and_nothing_is_ordered(
    service: Running, network: Network, body: dict[str, Any], says: str
) -> None:
    both = partner("halcyon", [programme("a"), programme("b")])
    await network.publish("isopolity.registry.partner.endorsed.v1", both)
    refused = await service.post("/rounds", body)
    assert refused.status_code == 422
    problem = refused.json()
    assert says in " ".join([problem["detail"], *(error["detail"] for error in problem.get("errors", ()))])
    assert (await service.get("/rounds", "staff")).json()["items"] == []


@pytest.mark.parametrize("path", ["/rounds/none", "/rounds/none/progress", "/rounds/none/certificate"])
async def test_a_round_that_is_unknown_is_told_so(service: Running, path: str) -> None:
    answer = await service.get(path, "staff")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no round with this id.")


async def test_rounds_are_for_staff(service: Running) -> None:
    for path in ("/rounds", "/rounds/none", "/rounds/none/progress", "/rounds/none/certificate"):
        assert (await service.get(path, "member", member_id="city-0000")).status_code == 403
    assert (await service.post("/rounds/none/cancel", None, "member")).status_code == 403
    assert (await service.post("/rounds/none/cancel")).status_code == 404
