"""Documents of the services and their fields: rendered, and read from `field=value` on a command line.

Invariant: a number that could be read in two ways is refused, with both.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from isopolity.client.model import Model
from isopolity.command.console import View, cell, fields_of, table
from isopolity.command.failure import Misuse


def render_document(document: Model | Mapping[str, object]) -> View:
    """A table with a line for each field of `document`; items of a list stand below each other."""
    yield table("field, value", _lines(fields_of(document) if isinstance(document, Model) else document))


def _lines(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        parts = value if isinstance(value, Mapping) else {}
        yield name.replace("_", " "), "" if parts else value_text(value, between="\n")
        for part, inner in parts.items():
            yield f"  {part.replace('_', ' ')}", value_text(inner, between="\n")


def value_text(value: object, *, between: str = "; ") -> str:
    """A value of a document as a text: the parts of an object with their names; `between` the items of a list."""
    if isinstance(value, Mapping):
        parts = ((name, part) for name, part in value.items() if part not in (None, [], {}))
        return ", ".join(f"{name}: {value_text(part)}" for name, part in parts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return between.join(value_text(part) for part in value) or cell(None)
    return cell(value)


_JSON: Final = re.compile(r"-?\d+(\.\d+)?|true|false|null|[\[{\"].*", re.DOTALL)
_GROUPED: Final = re.compile(r"-?\d{1,3}([.,]\d{3})+")


def fields_in(written: Sequence[str]) -> dict[str, object]:
    """The fields in `field=value …`; an empty value, or null, takes the field's default. Raises Failure."""
    fields: dict[str, object] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise Misuse(f"Write what to change as FIELD=VALUE, not “{each}”.")
        fields[name.strip().replace("-", "_")] = _value(name.strip(), value.strip())
    return fields


def _value(name: str, text: str) -> object:
    if _GROUPED.fullmatch(text):
        raise Misuse(f"{name}: {text} can be read in two ways; write {' or '.join(_readings(text))}.")
    if not text:
        return None
    if not _JSON.fullmatch(text):
        return text
    try:
        value: object = json.loads(text)
    except ValueError:
        problem = f"{name}: write a list or an object as JSON, as `show --json` prints it."
        raise Misuse(problem) from None
    return value


def _readings(text: str) -> Iterator[str]:
    """The possible meanings of a number with groups of three digits, each written so that it can mean nothing else."""
    yield re.sub(r"[.,]", "", text)
    whole, *groups = re.split(r"[.,]", text)
    if len(groups) == 1:
        fraction = groups[0].rstrip("0") or "0"
        yield f"{whole}.{fraction}{'0' if len(fraction) == 3 else ''}"


def render_changes(known: Model, changed: Model) -> View:
    """Each field that differs, with both values."""
    before, after = fields_of(known), fields_of(changed)
    rows = [
        (name, *(value_text(one.get(name), between="\n") or cell(None) for one in (before, after)))
        for name in after
        if name != "version" and before.get(name) != after[name]
    ]
    yield table("field, before, now", rows) if rows else "Nothing was changed: it was so already."
