"""Answers of fake services, completed and checked by the services' OpenAPI documents.

A test names the fields that it is about; all others get the least value of their type, so that a fake service answers
as a real one could. A field that the service does not have is refused.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

_API: Final = Path(__file__).parents[2] / "docs" / "api"
Json = dict[str, Any]


def complete(service: str, method: str, path: str, status: int, answer: Any) -> Any:
    """`answer` with all fields that the service's document requires."""
    schema = _schema(service, method, path, status)
    return answer if schema is None else _completed(service, schema, answer, path)


def success(service: str, method: str, path: str, answer: Any) -> tuple[int, Any]:
    """`answer`, completed, with the first success status of the route; None for a route without a body."""
    operation = _operation(service, method, path)
    responses = {int(each): told for each, told in (operation or {}).get("responses", {}).items() if each[0] == "2"}
    failure: AssertionError | None = None
    for status in sorted([each for each in responses if bool(answer) == _has_content(responses[each])] or responses):
        if not _has_content(responses[status]):
            return status, None
        try:
            return status, complete(service, method, path, status, answer)
        except AssertionError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return 200, answer


def _has_content(response: Json) -> bool:
    return "content" in response


@cache
def _document(service: str) -> Json:
    found: Json = json.loads((_API / f"{service}.json").read_text("utf-8"))
    return found


@cache
def _routes(service: str) -> list[tuple[re.Pattern[str], Json]]:
    paths = _document(service)["paths"]
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$"), paths[path]) for path in sorted(paths)]


def _schema(service: str, method: str, path: str, status: int) -> Json | None:
    content = (_operation(service, method, path) or {}).get("responses", {}).get(str(status), {}).get("content", {})
    found: Json | None = content.get("application/json", {}).get("schema")
    return found


def _operation(service: str, method: str, path: str) -> Json | None:
    for pattern, operations in sorted(_routes(service), key=lambda route: route[0].pattern.count("[^/]")):
        if pattern.match(path) and method.lower() in operations:
            found: Json = operations[method.lower()]
            return found
    return None


def _completed(service: str, schema: Json, value: Any, place: str) -> Any:
    schema = _resolved(service, schema)
    if options := schema.get("anyOf"):
        return _best(service, options, value, place)
    if schema.get("type") == "array" and isinstance(value, list):
        schemas = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
        return [_completed(service, of_item, each, f"{place}[]") for of_item, each in zip(schemas, value, strict=True)]
    if schema.get("type") != "object" or not isinstance(value, Mapping):
        return value
    if "properties" not in schema:
        inner = schema.get("additionalProperties")
        return (
            {k: _completed(service, inner, v, f"{place}.{k}") for k, v in value.items()}
            if isinstance(inner, dict)
            else value
        )
    fields = schema["properties"]
    if "items" in value:  # a test counts and pages lists that the service sends in one piece
        value = {name: each for name, each in value.items() if name in fields or name not in ("next", "total")}
    if unknown := value.keys() - fields.keys():
        raise AssertionError(f"{place} has no {', '.join(sorted(unknown))}, but for {', '.join(sorted(fields))}")
    named = {name: _completed(service, fields[name], each, f"{place}.{name}") for name, each in value.items()}
    return {
        **{name: _least(service, fields[name]) for name in schema.get("required", ()) if name not in value},
        **named,
    }


def _best(service: str, options: list[Json], value: Any, place: str) -> Any:
    """`value` completed by the first of the options that has all its fields."""
    failure: AssertionError | None = None
    for option in options:
        found = _resolved(service, option)
        if found.get("type") == "null" or not _may_be(found, value):
            continue
        try:
            return _completed(service, found, value, place)
        except AssertionError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return value


def _may_be(schema: Json, value: Any) -> bool:
    kind = schema.get("type")
    return kind not in ("object", "array") or isinstance(value, Mapping if kind == "object" else list)


def _resolved(service: str, schema: Json) -> Json:
    while "$ref" in schema:
        schema = _document(service)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _least(service: str, schema: Json) -> Any:
    """The least value of a type: null if the type allows it."""
    schema = _resolved(service, schema)
    options = [_resolved(service, each) for each in schema.get("anyOf", [schema])]
    first = options[0]
    if any(each.get("type") == "null" for each in options) or "type" not in first:
        return None
    if "enum" in first or "const" in first:
        return first["enum"][0] if "enum" in first else first["const"]
    match first["type"], first.get("format"):
        case "object", _:
            return {name: _least(service, first["properties"][name]) for name in first.get("required", ())}
        case "array", _:
            return [_least(service, each) for each in first.get("prefixItems", ())]
        case "string", "date":
            return "2026-11-20"
        case "string", "date-time":
            return "2026-11-20T09:00:00Z"
        case "string", _:
            return ""
        case "boolean", _:
            return False
        case _:
            return first.get("minimum", 0)


def complete_as(service: str, schema: str, fields: Json) -> Any:
    """`fields` with all others that a schema of the service's document requires."""
    return _completed(service, {"$ref": f"#/components/schemas/{schema}"}, fields, schema)
