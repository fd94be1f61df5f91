"""Whether a changed schema still fits the released one: a new reader reads old events, an old reader reads new ones.

Invariant, by both together: what is released stays exactly as it is, and only optional fields are added.
Whatever else changes (a field removed, renamed, made required or optional, another type, constraint or default) is a
new major version of the event type, published beside the old one.
"""

from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

_WORDS_FOR_PEOPLE: Final = frozenset({"$schema", "$id", "title", "description", "examples", "definitions", "$ref"})
_WALKED: Final = frozenset({"type", "properties", "required", "items", "anyOf", "additionalProperties"})
_FLOORS: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_CEILINGS: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})


def breaking_changes(old: Json, new: Json) -> list[str]:
    """One sentence for each change that would break an old reader or an old event; empty when there is none."""
    return list(_Comparison(old, new).between("", old, new))


class _Comparison:
    """Walks two documents side by side; a reference is followed, so that a renamed model alone is no change."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old = old
        self._new = new
        self._open: set[tuple[str, str]] = set()

    def between(self, path: str, old: Json, new: Json) -> Iterator[str]:
        references = (old.get("$ref", ""), new.get("$ref", ""))
        if all(references) and references in self._open:
            return  # a model that holds itself: these two are being compared already
        self._open.add(references)
        old, new = _resolved(self._old, old), _resolved(self._new, new)
        before, after = _type(self._old, old), _type(self._new, new)
        if before == after:
            yield from self._keywords(path, old, new)
            yield from self._fields(path, old, new)
            yield from self._parts(path, old, new)
        else:
            yield f"{path or 'the data'}: the type changed from {before} to {after}"
        self._open.discard(references)

    def _keywords(self, path: str, old: Json, new: Json) -> Iterator[str]:
        for keyword in sorted((old.keys() | new.keys()) - _WORDS_FOR_PEOPLE - _WALKED):
            before, after = old.get(keyword), new.get(keyword)
            if before != after or type(before) is not type(after):
                yield f"{path or 'the data'}: {_difference(keyword, before, after)}"

    def _fields(self, path: str, old: Json, new: Json) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            place = f"{path}.{name}" if path else name
            if name not in after:
                yield f"{place}: the field was removed or renamed"
                continue
            if name in needed_after - needed_before:
                yield f"{place}: the optional field became required"
            if name in needed_before - needed_after:
                yield f"{place}: the required field became optional"
            yield from self.between(place, before[name], after[name])
        for name in sorted(needed_after - before.keys()):
            yield f"{path}.{name}: the new field is required".lstrip(".")

    def _parts(self, path: str, old: Json, new: Json) -> Iterator[str]:
        for keyword, place in (("items", f"{path}[]"), ("additionalProperties", f"{path}.*")):
            before, after = old.get(keyword), new.get(keyword)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from self.between(place, before, after)
            elif before != after:
                yield f"{path or 'the data'}: {_difference(keyword, before, after)}"
        for one, other in zip(old.get("anyOf", []), new.get("anyOf", []), strict=True):
            yield from self.between(path, one, other)


def _resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        schema = {**document["definitions"][name], **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def _type(document: Json, schema: Json) -> str:
    """The type in words, `string or null`; `anything` where the schema leaves it open."""
    if "anyOf" in schema:
        return " or ".join(_type(document, _resolved(document, option)) for option in schema["anyOf"])
    return str(schema.get("type", "anything"))


def _difference(keyword: str, before: object, after: object) -> str:
    if keyword == "default":
        return "the default changed, which gives old events another meaning"
    return f"the constraint {keyword} was {_direction(keyword, before, after)}"


def _direction(keyword: str, before: object, after: object) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if isinstance(before, int | float) and isinstance(after, int | float) and keyword in _FLOORS | _CEILINGS:
        return "narrowed" if (after > before) == (keyword in _FLOORS) else "loosened"
    return "changed"
