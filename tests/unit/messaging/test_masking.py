"""Events as any operator may see them: nothing that was planted, no answer, and no way to tell answers apart."""

import json
from typing import Any

import pytest

from isopolity.contracts.catalogue import CITY, EVENT_TYPES
from isopolity.contracts.event_types import SERVICES
from isopolity.contracts.masked_fields import ANSWERS, FREE_TEXT, MASK, PUBLIC, field_names, is_masked
from isopolity.contracts.seen_events import CLOSED_TYPE, masked_event, seen_event
from isopolity.messaging.codec import member_ids
from tests.support.events.planted import PLANTED, example, planted

DECLINED = "isopolity.matching.proposal.declined.v1"
EXPIRED = "isopolity.matching.proposal.expired.v1"
ENDED = "isopolity.matching.interest.ended.v1"


def seen(name: str, /, called: str | None = None, **changes: Any) -> str:
    """The example of a type as it is seen, called another type where one is given."""
    known = example(name)
    data = known["data"] | changes
    headers = [(key, str(text).replace(name, called or name).encode()) for key, text in known["headers"].items()]
    event = masked_event(known["key"], json.dumps(data).encode(), headers)
    assert event.fits
    return json.dumps([event.type, event.key, dict(event.headers), event.data], sort_keys=True)


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_an_event_of_each_type_keeps_its_ids_and_its_public_names(name: str) -> None:
    known, told = example(name), seen(name)
    assert known["key"] in told
    for public in ("name", "title"):
        if public in known["data"]:
            assert known["data"][public] in json.loads(told)[3][public]
    for hidden in ("about", "web", "description"):
        is_free = f"{EVENT_TYPES[name].data.__name__}.{hidden}" in FREE_TEXT
        assert not is_free or known["data"].get(hidden) is None or known["data"][hidden] not in told


def test_declined_and_expired_read_alike_whoever_has_answered_what() -> None:
    sides = example(DECLINED)["data"]["sides"]
    told = set()
    for first, second, lapsed in (
        ("no", "yes", "a"),
        ("yes", "no", "b"),
        (None, None, None),
        ("later", "pending", "a"),
    ):
        answered = [side | {"answer": answer} for side, answer in zip(sides, (first, second), strict=True)]
        for stage in ("declined", "expired"):
            for name in (DECLINED, EXPIRED):
                told.add(seen(DECLINED, called=name, sides=answered, lapsed_by=lapsed, stage=stage, asked_by=lapsed))
        bare = [{name: value for name, value in side.items() if name != "answer"} for side in sides]
        told.add(seen(DECLINED, sides=bare))
    (one,) = told
    assert CLOSED_TYPE in one
    assert "declined" not in one
    assert "expired" not in one


def test_an_interest_that_ended_names_nobody_whose_proposal_closed() -> None:
    told = seen(ENDED)
    known = example(ENDED)["data"]
    assert known["member_name"] not in told
    assert known["other_name"] not in told
    assert json.loads(told)[3] == known | {"member_name": MASK, "other_name": MASK}


@pytest.mark.parametrize("service", SERVICES)
def test_of_events_with_something_planted_nothing_of_it_is_told(service: str) -> None:
    fitting = 0
    for message in planted(300, service):
        event = masked_event(message.key, message.value, message.headers)
        told = json.dumps([event.type, event.key, dict(event.headers), event.data], ensure_ascii=False)
        assert not any(text in told for text in PLANTED)
        assert '"answer": "later"' not in told
        assert '"answer": "pending"' not in told
        fitting += event.fits
    assert fitting > 100


def test_a_record_that_does_not_fit_tells_its_type_at_most() -> None:
    event = masked_event("k", b'{"x": 1}', [("ce_type", DECLINED.encode()), ("ce_id", b"e1")])
    assert (event.type, event.fits, event.key, dict(event.headers), event.data) == (CLOSED_TYPE, False, None, {}, None)
    assert event.hidden_headers == 2


def test_who_may_see_it_sees_it_as_it_came() -> None:
    known = example(DECLINED)
    headers = [("ce_type", DECLINED.encode()), ("note", b"\xff")]
    event = seen_event("Planted", json.dumps(known["data"]).encode(), headers)
    assert (event.type, event.key, event.headers["note"]) == (DECLINED, "Planted", "\ufffd")
    assert event.data is not None
    assert event.data["stage"] == known["data"]["stage"]


def test_what_is_public_is_free_text_and_answers_are_fields() -> None:
    assert FREE_TEXT.keys() >= PUBLIC
    names = {
        f"{model.__name__}.{name}" for event_type in EVENT_TYPES.values() for model in _models(event_type.data)
        for name in model.model_fields
    }  # fmt: skip
    assert names >= ANSWERS


def _models(model: Any) -> set[Any]:
    from isopolity.contracts.masked_fields import model_in

    inner = {found for field in model.model_fields.values() if (found := model_in(field.annotation))}
    return {model} | {each for found in inner for each in _models(found)}


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_each_path_is_masked_or_told(name: str) -> None:
    model = EVENT_TYPES[name].data
    for path in field_names(model):
        assert is_masked(path.split("."), model) in (True, False)
    with pytest.raises(KeyError):
        is_masked(["nothing"], model)


def test_members_of_what_is_nested_beyond_reading_are_none() -> None:
    assert member_ids(CITY.name, b"[" * 50_000) == frozenset()
