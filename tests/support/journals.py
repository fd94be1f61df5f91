"""Lines of journals, as the services send them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from isopolity.client.call import Call
from isopolity.client.operations.models import JournalLine
from isopolity.contracts import event_types as types
from isopolity.contracts.catalogue import TOPIC_OF_TYPE
from isopolity.contracts.seen_events import CLOSED_TYPE as CLOSED
from tests.support.complete_answers import complete

Answer = TypeVar("Answer")
_NOTHING = dict.fromkeys(("member_id", "other_member_id", "proposal_id", "partnership_id", "mail_id", "subject"))


def line(event_id: str, event_type: str, at: str, cause: str | None = None, **refs: Any) -> dict[str, Any]:
    """A line; `cause` is an event, or a request where it begins with `request`."""
    topic = "isopolity.matching.proposal" if event_type == CLOSED else TOPIC_OF_TYPE[event_type].name
    is_request = cause is not None and cause.startswith("request")
    return {
        "event_id": event_id, "type": event_type, "at": f"2026-11-{at}:00Z", **_NOTHING, "topic": topic,
        "partition": 0, "offset": 3, "correlation_id": cause if is_request else "request-1",
        "causation_id": None if is_request else cause, **refs,
    }  # fmt: skip


STORY = (
    line("e1", types.CITY_REGISTERED, "02T08:00", "request-1", member_id="espoo", subject="espoo", offset=1),
    line("e2", types.CITY_ENDORSED, "02T09:00", "request-2", member_id="espoo", subject="espoo", offset=2),
    line("e3", types.PROPOSAL_ISSUED, "02T09:01", "e2", member_id="espoo", other_member_id="cork", proposal_id="p1")
    | {"correlation_id": "request-2"},
    line("e4", types.DELIVERY_SENT, "02T09:02", "e3", proposal_id="p1", mail_id="m1", offset=9)
    | {"correlation_id": "request-2"},
    line("e5", types.RESPONSE_RECEIVED, "03T10:00", "request-3", proposal_id="p1"),
    line("e6", types.PROPOSAL_ANSWERED, "03T10:00", "e5", member_id="espoo", other_member_id="cork", proposal_id="p1")
    | {"correlation_id": "request-3"},
)
"""Lines of a city that is entered, endorsed, proposed to another and mailed, and of an answer."""


def lines_of(told: Iterable[Mapping[str, Any]]) -> Sequence[JournalLine]:
    """The lines as models of the client."""
    return [JournalLine.model_validate(each) for each in told]


class Journals:
    """The journals of all services with these lines; `away` names services that do not answer.

    Registry lists the members that are `endorsed`.
    """

    def __init__(
        self, lines: Sequence[Mapping[str, Any]] = STORY, away: Sequence[str] = (), endorsed: Sequence[str] = ()
    ) -> None:
        self.endorsed = endorsed
        self.lines = lines
        self.away = away
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []

    async def __call__(self, call: Call[Answer], /) -> Answer | None:
        """The answer of the service; None if it is away."""
        path = call.path.removeprefix(f"/{call.service}/v1")
        found = self.answer(
            call.service, path, {name: value for name, value in call.query.items() if value is not None}
        )
        return None if found is None else call.read(json.dumps(found).encode())

    def answer(self, service: str, path: str, parameters: Mapping[str, Any]) -> Any:
        """The JSON of the answer, with all required fields."""
        self.asked.append((service, path, parameters))
        if service in self.away:
            return None
        return complete(service, "GET", f"/{service}/v1{path}", 200, self._answer(service, path, parameters))

    def _answer(self, service: str, path: str, parameters: Mapping[str, Any]) -> Any:
        if path in ("/cities", "/partners"):
            name = "city_id" if path == "/cities" else "partner_id"
            listed = self.endorsed if path == "/cities" else ()
            return {"items": [{name: each} for each in listed if each in parameters["ids"]], "next": None}
        found = [each for each in self.lines if each["topic"].split(".")[1] == service and _fits(each, parameters)]
        if path.endswith("/counts"):
            names = sorted({each["type"] for each in found})
            items = [{"type": name, "number": sum(each["type"] == name for each in found)} for name in names]
            return {"items": items, "number": len(found)}
        return {"items": found[: int(parameters["limit"])], "next": None}


def _fits(each: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    fields = {"member": ("member_id", "other_member_id"), "event": ("event_id",), "correlation": ("correlation_id",)}
    return any(
        each[name] in ids
        for kind, ids in parameters.items()
        if kind != "limit"
        for name in fields.get(kind, (f"{kind}_id",))
    )
