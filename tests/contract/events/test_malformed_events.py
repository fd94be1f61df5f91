"""Bytes that are no event of the catalogue: each is refused with its reason, and no reason repeats what came."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts import cloudevents
from isopolity.contracts.event import MalformedEvent
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import to_event
from isopolity.messaging.errors import PoisonMessage
from tests.support.events.golden_examples import Example, example

CITY = example("isopolity.registry.city.endorsed.v1")
PROPOSAL = example("isopolity.matching.proposal.issued.v1")
NOTHING: Mapping[str, bytes | None] = {}
SECRET = "maria.papadopoulou@example.org"
REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject")
OPTIONAL = ("ce_dataschema", "content-type", "ce_correlationid", "ce_causationid", "traceparent")


def refusal(value: bytes, headers: dict[str, Any]) -> MalformedEvent:
    with pytest.raises(MalformedEvent) as refused:
        cloudevents.decode(value, headers.items())
    return refused.value


def headers(changes: Mapping[str, bytes | None] = NOTHING, golden: Example = CITY) -> dict[str, bytes | None]:
    return {**dict(golden.raw_headers), **changes}


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_attribute_missing_or_empty_is_refused_by_name(name: str) -> None:
    without = {header: value for header, value in headers().items() if header != name}
    for broken in (without, headers({name: b""}), headers({name: None})):
        error = refusal(CITY.value, broken)
        assert (error.reason, error.detail) == ("missing-attribute", f"the header {name} is missing or empty")


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_optional_attribute_may_be_missing_empty_or_null(name: str) -> None:
    without = {header: value for header, value in headers().items() if header != name}
    for fine in (without, headers({name: b""}), headers({name: None})):
        event = cloudevents.decode(CITY.value, fine.items())
        assert event.data == CITY.event().data


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ce_specversion": b"0.3"}, "unsupported-version"),
        ({"ce_type": b"isopolity.registry.city.endorsed.v9"}, "unknown-type"),
        ({"ce_time": b"yesterday"}, "invalid-attribute"),
        ({"ce_time": b"2026-11-02"}, "invalid-attribute"),
        ({"ce_time": b"2026-11-02T08:32:00"}, "invalid-attribute"),
        ({"ce_time": b"2026-11-02T25:32:00Z"}, "invalid-attribute"),
        ({"ce_time": b"\xff"}, "invalid-attribute"),
        ({"ce_id": b"\xff\xfe"}, "invalid-attribute"),
        ({"ce_subject": b"\xff\xfe"}, "invalid-attribute"),
        ({"ce_correlationid": b"\xff\xfe"}, "invalid-attribute"),
        ({"traceparent": b"\xff\xfe"}, "invalid-attribute"),
        ({"content-type": b"application/avro"}, "unsupported-content-type"),
        ({"content-type": b"application/cloudevents+json"}, "unsupported-content-type"),
    ],
)
def test_a_wrong_attribute_is_refused_with_its_reason(changes: dict[str, bytes], reason: str) -> None:
    assert refusal(CITY.value, headers(changes)).reason == reason


def test_a_message_in_structured_mode_is_refused() -> None:
    assert refusal(CITY.value, {"content-type": b"application/cloudevents+json"}).reason == "missing-attribute"


@pytest.mark.parametrize("time", [b"2026-11-02T08:32:00Z", b"2026-11-02t08:32:00z", b"2026-11-02T10:32:00+02:00"])
def test_every_notation_of_a_time_is_read(time: bytes) -> None:
    read = cloudevents.decode(CITY.value, headers({"ce_time": time}).items())
    assert read.envelope.time.isoformat().startswith(time.decode().upper()[:19])


@pytest.mark.parametrize(
    "content_type", [b"application/json; charset=utf-8", b"Application/JSON", b"application/vnd.x+json"]
)
def test_every_kind_of_json_is_read(content_type: bytes) -> None:
    given_headers = headers({"content-type": content_type})
    assert cloudevents.decode(CITY.value, given_headers.items()).data == CITY.event().data


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (b"", "the value: json_invalid"),
        (b"{", "the value: json_invalid"),
        (b"\xff\xfe", "the value: json_invalid"),
        (b"null", "the value: model_type"),
        (b"[]", "the value: model_type"),
        (b'"text"', "the value: model_type"),
    ],
)
def test_a_value_that_is_no_json_object_is_refused(value: bytes, detail: str) -> None:
    error = refusal(value, headers())
    assert (error.reason, error.detail) == ("invalid-data", detail)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"city_id": None}, "city_id: string_type"),
        ({"city_id": SECRET}, "city_id: string_pattern_mismatch"),
        ({"status": SECRET}, "status: string_pattern_mismatch"),
        ({"version": 0}, "version: greater_than_equal"),
        ({"version": SECRET}, "version: int_parsing"),
        ({"country": "GRC"}, "country: string_too_long"),
        ({"latitude": 91}, "latitude: less_than_equal"),
        ({"needs": [{"subject": "sdg.4", "intensity": 6, "mode": "webinar"}]}, "needs.0.intensity: less_than_equal"),
    ],
)
def test_wrong_data_is_refused_by_place_and_kind(changes: dict[str, Any], detail: str) -> None:
    error = refusal(json.dumps({**CITY.data, **changes}).encode(), headers())
    assert (error.reason, error.detail) == ("invalid-data", detail)


def test_a_number_that_is_none_is_refused() -> None:
    value = CITY.value.replace(b'"latitude": 39.62847', b'"latitude": NaN')
    assert refusal(value, headers()).detail == "latitude: finite_number"


def test_a_moment_without_offset_is_refused() -> None:
    value = json.dumps({**PROPOSAL.data, "answer_by": "2026-11-30T23:59:59"}).encode()
    assert refusal(value, headers(golden=PROPOSAL)).detail == "answer_by: timezone_aware"


def test_the_key_of_a_mapping_is_not_repeated() -> None:
    data = json.loads(PROPOSAL.value)
    data["sides"][0]["reasons"][0]["parameters"] = {SECRET: 1}
    assert (
        refusal(json.dumps(data).encode(), headers(golden=PROPOSAL)).detail
        == "sides.0.reasons.0.parameters.*: string_type"
    )


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_no_header_is_repeated_in_a_refusal(name: str) -> None:
    broken = headers({name: SECRET.encode() + b"\xff"})
    assert SECRET not in str(refusal(CITY.value, broken))


@pytest.mark.parametrize("field", CITY.data)
def test_no_value_is_repeated_in_a_refusal(field: str) -> None:
    error = refusal(json.dumps({**CITY.data, field: {SECRET: SECRET}}).encode(), headers())
    assert SECRET not in str(error)
    assert error.detail.startswith(field)


def test_unknown_fields_and_headers_are_ignored() -> None:
    value = json.dumps({**CITY.data, "season": "winter"}).encode()
    assert cloudevents.decode(value, [*CITY.raw_headers, ("ce_season", b"winter")]) == CITY.event()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(CITY.data)), inner, max_size=3),
)


def reason_of(value: bytes, sent: Mapping[str, bytes | None]) -> str | None:
    """Why the message is refused, None where it is an event; anything else raised is a bug."""
    try:
        cloudevents.decode(value, sent.items())
    except MalformedEvent as error:
        return error.reason
    return None


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_value_is_an_event_or_refused(value: bytes) -> None:
    assert reason_of(value, headers()) in (None, "invalid-data")


@given(st.dictionaries(st.sampled_from([*REQUIRED, *OPTIONAL]), st.binary() | st.none()))
def test_any_headers_make_an_event_or_are_refused(changes: dict[str, bytes | None]) -> None:
    assert reason_of(CITY.value, headers(changes)) != "invalid-data"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"value": None}, "tombstone"),
        ({"topic": "isopolity.registry.partner"}, "wrong-topic"),
        ({"key": "another"}, "wrong-key"),
        ({"key": None}, "wrong-key"),
        ({"value": b"{"}, "invalid-data"),
    ],
)
def test_a_record_that_is_not_this_topics_event_is_poison(changes: dict[str, Any], reason: str) -> None:
    record = Record(CITY.topic, 0, 0, 0, CITY.key, CITY.value, CITY.raw_headers)
    assert to_event(record) == CITY.event()
    with pytest.raises(PoisonMessage) as refused:
        to_event(record._replace(**changes))
    assert refused.value.reason == reason
