"""Looks for personal data in the contracts: by the names of fields, free texts, and the form of values."""

import re
from collections.abc import Iterator
from typing import Any

from isopolity.contracts.event import KIND, Data
from isopolity.contracts.masked_fields import FREE_TEXT

Json = dict[str, Any]

_WHO = {"contact", "firstname", "forename", "given", "lastname", "middle", "nickname", "person", "surname", "username"}
_WHERE = {"address", "email", "fax", "ip", "mail", "mobile", "phone", "postcode", "street", "tel", "telephone", "zip"}
_WHAT = {"age", "bio", "birth", "birthday", "comment", "gender", "nationality", "photo", "sex", "signature"}
_NUMBERS = {"iban", "login", "passport", "password"}
PERSONAL_WORDS = _WHO | _WHERE | _WHAT | _NUMBERS
PERSONAL_PAIRS = frozenset({"first_name", "last_name", "full_name", "family_name", "contact_name", "user_name"})

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_TRACE = re.compile(r"\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?")
_ADDRESS = re.compile(r"\S@\S")
_PHONE = re.compile(r"(\+|\b0)[\d ()./-]{6,}\d")


def suspects(model: type[Data]) -> set[str]:
    """A sentence for each place in `model` that could hold personal data without a stated reason."""
    schema = model.model_json_schema()
    models = {model.__name__: schema, **schema.get("$defs", {})}
    return {
        f"{name}.{field}: {problem}"
        for name, part in models.items()
        for field, inner in part.get("properties", {}).items()
        for problem in _problems(f"{name}.{field}", field, inner)
    }


def free_texts(model: type[Data]) -> set[str]:
    """The fields of `model` and its parts that hold free text, as `Model.field`."""
    schema = model.model_json_schema()
    models = {model.__name__: schema, **schema.get("$defs", {})}
    return {
        f"{name}.{field}"
        for name, part in models.items()
        for field, inner in part.get("properties", {}).items()
        if any(_is_free_text(leaf) for leaf in _leaves(inner))
    }


def looks_personal(value: Any) -> Iterator[str]:
    """The texts inside `value`, keys too, that look like a mail address or a telephone number."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from looks_personal(key)
            yield from looks_personal(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from looks_personal(inner)
    elif isinstance(value, str):
        text = _TIME.sub("", _TRACE.sub("", _UUID.sub("", value)))
        if _ADDRESS.search(text) or _PHONE.search(text):
            yield value


def _problems(place: str, field: str, schema: Json) -> Iterator[str]:
    words = set(field.lower().split("_"))
    pseudonym = field.endswith("_id")  # names a contact's id, never a person
    if (words & PERSONAL_WORDS and not pseudonym) or any(pair in field for pair in PERSONAL_PAIRS):
        yield "named like something personal"
    for leaf in _leaves(schema):
        if not leaf.keys() & {"type", "$ref", "const", "enum"}:
            yield "anything may stand here"
        if _is_free_text(leaf) and place not in FREE_TEXT:
            yield "free text without a reason in FREE_TEXT"


def _leaves(schema: Json) -> Iterator[Json]:
    """The innermost schemas of one field; a mapping gives its keys, which are free text, and its values."""
    if "anyOf" in schema:
        for option in schema["anyOf"]:
            yield from _leaves(option)
    elif schema.get("type") == "array":
        for item in schema.get("prefixItems", [schema.get("items", {})]):
            yield from _leaves(item)
    elif schema.get("type") == "object":
        yield {"type": "string"}
        values = schema.get("additionalProperties", {})
        yield from _leaves(values if isinstance(values, dict) else {})
    else:
        yield schema


def _is_free_text(leaf: Json) -> bool:
    return leaf.get("type") == "string" and KIND not in leaf and leaf.get("format") not in ("date", "date-time")
