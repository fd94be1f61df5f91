"""The JSON Schema of each event type and of data that types share, in draft 7, and an example made from it.

Invariant: a schema describes what a reader accepts, so it allows fields that it does not name. An example is valid and
holds nothing personal: its texts say what stands there, its codes and bounds are those that the schema names.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from isopolity.contracts.event import KIND, Data
from isopolity.contracts.topic import EventType

Json = dict[str, Any]

DIALECT: Final = "http://json-schema.org/draft-07/schema#"


def schema_of(event_type: EventType) -> Json:
    """The whole schema of the data of `event_type`; its `$id` is the event's `ce_dataschema`."""
    shared = shared_schema_of(event_type.data)
    described = f"{event_type.summary}. {shared['description']}"
    return {**shared, "$id": event_type.dataschema, "description": described}


def reference_of(event_type: EventType) -> Json:
    """The schema of `event_type` as its file holds it: it refers to the one that all types with its data share."""
    return {
        "$schema": DIALECT,
        "$id": event_type.dataschema,
        "title": event_type.name,
        "description": f"{event_type.summary}.",
        "allOf": [{"$ref": shared_id(event_type.data)}],
    }


def shared_id(data: type[Data]) -> str:
    """The `$id` of the schema of this data."""
    return f"urn:isopolity:schema:{data.__name__}"


def shared_schema_of(data: type[Data]) -> Json:
    """The schema of the data of one or more event types."""
    schema = data.model_json_schema(ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    described = {
        "$schema": DIALECT,
        "$id": shared_id(data),
        "title": data.__name__,
        "description": schema["description"],
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


_CODE: Final = re.compile(r"`([a-z][a-z-]*)`")
_BY_FORMAT: Final = {"date": "2027-03-31", "date-time": "2027-03-31T09:10:00Z"}
_BY_KIND: Final = {"ISO 3166-1 alpha-2": "FI", "ISO 4217": "EUR", "ISO 639": "fi"}
_REFERENCE: Final = "#/definitions/"


def example_of(event_type: EventType) -> Json:
    """The data of an example."""
    schema = schema_of(event_type)
    return _object(schema, schema.get("definitions", {}))


def _object(schema: Json, definitions: Mapping[str, Json]) -> Json:
    return {name: _value(name, field, definitions) for name, field in schema["properties"].items()}


def _value(name: str, schema: Json, definitions: Mapping[str, Json]) -> Any:
    if "$ref" in schema:
        return _object(definitions[schema["$ref"].removeprefix(_REFERENCE)], definitions)
    if "anyOf" in schema:
        one = next(each for each in schema["anyOf"] if each.get("type") != "null")
        return _value(name, {"description": schema.get("description", ""), **one}, definitions)
    match schema["type"]:
        case "array":
            return [_value(name, schema["items"], definitions)] * max(1, schema.get("minItems", 1))
        case "object":
            return {}
        case "boolean":
            return schema.get("default", False)
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "number":
            return max(0.5, schema.get("minimum", 0.5))
        case _:
            return _text(name, schema)


def _text(name: str, schema: Json) -> str:
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    kind = schema.get(KIND)
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    words = name.removesuffix("_id").replace("_", "-")
    if kind == "code":
        found = _CODE.search(schema.get("description", ""))
        return found[1] if found else words
    return f"{words}-17" if kind == "identifier" else f"({name.replace('_', ' ')}, in words)"
