"""An example of each event type, made from its schema: it is valid, and tells of nobody.

Texts say what stands there; codes and bounds are those that the schema names.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from isopolity.contracts.event_data import KIND
from isopolity.contracts.generation.json_schemas import Json, schema_of
from isopolity.contracts.topic import EventType

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
