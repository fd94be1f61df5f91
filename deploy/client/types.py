"""Python types of the JSON schemas of parameters, bodies and answers."""

from collections.abc import Mapping
from typing import Any, Final

from deploy.client.documents import SCHEMAS

_PLAIN: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "Mapping[str, object]",
}
_FORMATS: Final = {"date": "date", "date-time": "datetime", "binary": "bytes"}


def type_of(schema: dict[str, Any], schemas: Mapping[str, Any]) -> str:
    """The type as Python code; models are named as in `models.City`, and a text from a list of values is any `str`."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(SCHEMAS)
        is_model = schemas[name].get("type") == "object"
        return f"models.{model_name(name)}" if is_model else type_of(schemas[name], schemas)
    if "anyOf" in schema or "oneOf" in schema:
        options = [type_of(each, schemas) for each in schema.get("anyOf") or schema["oneOf"]]
        return " | ".join(dict.fromkeys(options))
    if schema.get("type") == "array":
        return f"Sequence[{type_of(schema.get('items', {}), schemas)}]"
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if "type" not in schema:
        return "object"
    return _PLAIN[schema["type"]]


def model_name(name: str) -> str:
    """The name of the class of a schema: `Page_City_` is `PageCity`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
