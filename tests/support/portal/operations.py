"""Reports of the services' streams, for pages of the console."""

from collections.abc import Mapping
from typing import Any

import httpx

from isopolity.client.operations.models import StreamsReport
from isopolity.contracts.catalogue import GROUPS, published_by
from tests.support.complete_answers import complete
from tests.support.portal.service import OFFICE, answers

OPERATOR = OFFICE | {"scopes": ["operator"]}
SERVICES = ("registry", "matching", "notify")


def waiting(topic: str, records: int = 0, *, members: int = 0, seconds: float | None = None) -> dict[str, Any]:
    """The backlog of a group on one topic."""
    partition = {
        "partition": 0, "committed": 7, "records": records, "more": False, "oldest_at": None, "members": members,
    }  # fmt: skip
    return {
        "topic": topic, "lag": records, "more": False, "oldest_seconds": seconds, "members": members,
        "untyped": 0, "partitions": [partition],
    }  # fmt: skip


def group(name: str, service: str, *topics: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A group in the report of a service."""
    ages = [topic["oldest_seconds"] for topic in topics if topic["oldest_seconds"] is not None]
    held = [{"topic": topic["topic"], "partitions": [0]} for topic in topics]
    return {
        "group": name, "service": service, "state": "running", "ready": True, "reason": "consuming", "problem": "",
        "paused_at": None, "paused_by": "", "pause_reason": "", "acts": [],
        "lag": sum(topic["lag"] for topic in topics), "more": False,
        "members_waiting": sum(topic["members"] for topic in topics), "oldest_seconds": max(ages, default=None),
        "topics": list(topics), "retrying": [],
        "members": [{"client": f"{service}-1", "host": "10.0.0.7", "held": held}],
    } | changes  # fmt: skip


def streams(service: str, **changes: Any) -> dict[str, Any]:
    """The streams of a service without troubles."""
    topics = [
        {
            "topic": topic, "partitions": [{"partition": 0, "start": 0, "end": 9}], "per_minute": 0.5,
            "last_event_at": "2026-11-27T08:59:00Z", "trend": [0] * 95 + [9],
        }
        for topic in published_by(service)
    ]  # fmt: skip
    own = [group(g.name, service, *map(waiting, g.topics)) for g in GROUPS if g.service == service]
    others = [
        group(g.name, g.service, *(waiting(topic) for topic in g.topics if topic in published_by(service)))
        for g in GROUPS
        if g.service != service and set(g.topics) & set(published_by(service))
    ]
    return {
        "service": service, "sampled_at": "2026-11-27T08:59:55Z", "age_seconds": 5.0, "problem": "", "unwritable": [],
        "outbox": {"depth": 0, "oldest_seconds": None}, "consumers": own, "readers": others, "parked": 0,
        "parked_for": [], "dead_letters": {}, "canary_seconds": 20.0 if own else None, "counts": {}, "topics": topics,
        "processes": [{"name": f"{service}-1", "age_seconds": 3.0, "runners": []}],
    } | changes  # fmt: skip


def report(service: str, **changes: Any) -> StreamsReport:
    """The streams of a service as a model of the client."""
    return StreamsReport.model_validate(streams(service, **changes))


def reports(**told: Mapping[str, Any]) -> Mapping[str, StreamsReport]:
    """Reports as models of the client, by the names of their services."""
    return {service: StreamsReport.model_validate(each) for service, each in told.items()}


def console(*accounts: dict[str, Any], **reports: Mapping[str, Any] | int) -> dict[str, Any]:
    """Answers of the services for an operator: each has its streams, those given, or a status."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = reports.get(request.url.host, streams(request.url.host))
        if isinstance(found, int):
            return httpx.Response(found)
        path = request.url.path
        return httpx.Response(200, json=complete(request.url.host, request.method, path, 200, found))

    return answers(*(accounts or (OPERATOR,))) | {"/streams": answer}
