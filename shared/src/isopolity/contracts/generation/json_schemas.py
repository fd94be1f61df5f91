"""The JSON Schema of each event type, in draft 7, which AsyncAPI 3 takes as it is.

Invariant: it describes what a reader accepts, so it allows fields that it does not name.
"""

from typing import Any, Final

from isopolity.contracts.topic import EventType

Json = dict[str, Any]

DIALECT: Final = "http://json-schema.org/draft-07/schema#"


def schema_of(event_type: EventType) -> Json:
    """The schema of the data of `event_type`; its `$id` is the event's `ce_dataschema`."""
    schema = event_type.data.model_json_schema(ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    described = {
        "$schema": DIALECT,
        "$id": event_type.dataschema,
        "title": event_type.data.__name__,
        "description": f"{event_type.summary}. {schema['description']}",
        **_model(schema),
    }
    if definitions:
        described["definitions"] = {
            name: {"title": name, "description": model["description"], **_model(model)}
            for name, model in sorted(definitions.items())
        }
    return described


def _model(schema: Json) -> Json:
    return {
        "type": schema["type"],
        "required": schema.get("required", []),
        "properties": {name: _field(field) for name, field in schema["properties"].items()},
    }


def _field(schema: Json) -> Json:
    """The field without pydantic's invented title, and with draft 7's words for a tuple of like items."""
    field = {name: value for name, value in schema.items() if name not in ("title", "prefixItems")}
    if "description" in field:
        field["description"] = " ".join(field["description"].split())
    if "prefixItems" in schema:
        field["items"] = _like_items(schema["prefixItems"])
    return field


def _like_items(items: list[Json]) -> Json:
    if any(item != items[0] for item in items):
        raise ValueError("a tuple in a contract must have items of one type: use a model instead")
    return items[0]
