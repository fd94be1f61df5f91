"""Events of every type with any data that the contracts allow, made from the JSON Schemas."""

from datetime import UTC
from typing import Any

from hypothesis import strategies as st

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data, Envelope, Event, Lineage
from isopolity.contracts.generation.json_schemas import schema_of
from isopolity.contracts.topic import EventType

Json = dict[str, Any]

any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
"""Text that UTF-8 can carry; lone surrogates cannot travel."""
_SOLID = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="@")
moments = st.datetimes(timezones=st.just(UTC))


def values(schema: Json, definitions: Json) -> st.SearchStrategy[Any]:
    """Any value that `schema` allows."""
    if "$ref" in schema:
        return values(definitions[schema["$ref"].removeprefix("#/definitions/")], definitions)
    if "anyOf" in schema:
        return st.one_of([values(option, definitions) for option in schema["anyOf"]])
    match schema["type"]:
        case "object":
            return _objects(schema, definitions)
        case "array":
            items = values(schema["items"], definitions)
            return st.lists(items, min_size=schema.get("minItems", 0), max_size=schema.get("maxItems", 3))
        case "string":
            return _strings(schema)
        case "integer":
            return st.integers(schema.get("minimum", -(2**40)), schema.get("maximum", 2**40))
        case "number":
            return st.floats(schema.get("minimum", -1e12), schema.get("maximum", 1e12))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    raise AssertionError(f"no strategy for {schema}")


def _objects(schema: Json, definitions: Json) -> st.SearchStrategy[Json]:
    if "properties" not in schema:
        return st.dictionaries(any_text, values(schema["additionalProperties"], definitions), max_size=3)
    fields = {name: values(field, definitions) for name, field in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=fields)


def _strings(schema: Json) -> st.SearchStrategy[str]:
    match schema.get("format"):
        case "date":
            return st.dates().map(str)
        case "date-time":
            return moments.map(lambda moment: moment.isoformat())
    letters = _SOLID if "pattern" in schema else st.characters(exclude_categories=["Cs"])
    return st.text(letters, min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 20), 20))


def _event(event_type: EventType, data: Data, texts: list[str], time: Any, optional: list[str | None]) -> Event[Data]:
    subject = getattr(data, event_type.key_field)
    lineage = Lineage(texts[2], *optional)
    return Event(Envelope(texts[0], texts[1], event_type.name, subject, time, event_type.dataschema, lineage), data)


def _events_of(event_type: EventType) -> st.SearchStrategy[Event[Data]]:
    schema = schema_of(event_type)
    return st.builds(
        _event,
        st.just(event_type),
        values(schema, schema.get("definitions", {})).map(event_type.data.model_validate),
        st.lists(any_text, min_size=3, max_size=3),
        moments,
        st.lists(st.none() | any_text, min_size=2, max_size=2),
    )


events = st.one_of([_events_of(event_type) for event_type in EVENT_TYPES.values()])
"""Any event of the catalogue."""
