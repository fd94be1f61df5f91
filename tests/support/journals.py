"""Lines of journals, as the services tell them."""

from collections.abc import Mapping, Sequence
from typing import Any

from isopolity.contracts import event_types as types
from isopolity.contracts.catalogue import TOPIC_OF_TYPE
from isopolity.contracts.masking.seen_events import CLOSED_TYPE as CLOSED

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
"""A city is entered, endorsed, proposed to another and mailed; an answer comes."""


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

    async def __call__(self, service: str, path: str, parameters: Mapping[str, Any]) -> Any:
        """What the service answers; None where it is away."""
        return self.answer(service, path, parameters)

    def answer(self, service: str, path: str, parameters: Mapping[str, Any]) -> Any:
        """The answer at once."""
        self.asked.append((service, path, parameters))
        if service in self.away:
            return None
        if path in ("/cities", "/partners"):
            return {"items": [{"city_id": each} for each in self.endorsed if each in parameters["ids"]], "next": None}
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
