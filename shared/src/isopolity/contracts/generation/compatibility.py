"""Whether a changed schema still fits the released ones: what was released stays, and only optional fields are added.

Of an event, a new reader reads old ones and an old reader reads new ones, so any other change (a field removed,
renamed, made required or optional, another type, constraint or default) is a new major version of the event type,
published beside the old one. Of a request, old callers send and the new service reads: it may ask for less. Of an
answer, the new service sends and old callers read, who go by names and types: it may hold more.

Invariant: every version of a file that any commit since the first released one held counts as released: editing one by
hand must not get round the comparison.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any, Final

Json = dict[str, Any]


class Kind(Enum):
    """The kind of document that a schema describes."""

    EVENT = "event"
    REQUEST = "request"
    ANSWER = "answer"


_WORDS_FOR_PEOPLE: Final = frozenset(
    {"$schema", "$id", "title", "description", "example", "examples", "definitions", "$ref"}
)
_WALKED: Final = frozenset({"type", "properties", "required", "items", "prefixItems", "anyOf", "additionalProperties"})
_FLOORS: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_CEILINGS: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_ANYTHING: Final = "anything"
_WIDER: Final[Mapping[str, str]] = {"integer": "number"}
"""Types whose values all belong to another type, too."""


def breaking_changes(
    old: Json, new: Json, kind: Kind = Kind.EVENT, *, documents: tuple[Json, Json] | None = None
) -> list[str]:
    """One sentence for each change that would break an old reader, or what was sent before; empty when there is none.

    `documents` are those in which both schemas stand, if these are not whole themselves.
    """
    return list(_Comparison(kind, *(documents or (old, new))).between("", old, new))


class _Comparison:
    """Walks two documents side by side; a reference is followed, so that a renamed model alone is no change."""

    def __init__(self, kind: Kind, old: Json, new: Json) -> None:
        self._kind = kind
        self._old = old
        self._new = new
        self._open: set[tuple[str, str]] = set()

    def between(self, path: str, old: Json, new: Json) -> Iterator[str]:
        references = (old.get("$ref", ""), new.get("$ref", ""))
        if all(references) and references in self._open:
            return  # a model that holds itself: these two are being compared already
        self._open.add(references)
        old, new = _resolved(self._old, old), _resolved(self._new, new)
        before, after = _types(self._old, old), _types(self._new, new)
        if before == after:
            yield from self._keywords(path, old, new)
            yield from self._fields(path, old, new)
            yield from self._parts(path, old, new)
        elif not self._fits(before, after):
            yield f"{path or 'the data'}: the type changed from {' or '.join(before)} to {' or '.join(after)}"
        else:
            yield from self._alike(path, old, new)
        self._open.discard(references)

    def _fits(self, before: Sequence[str], after: Sequence[str]) -> bool:
        match self._kind:
            case Kind.EVENT:
                return False
            case Kind.REQUEST:
                return all(_is_among(each, after) for each in before)
            case Kind.ANSWER:
                return all(_is_among(each, before) for each in after)

    def _alike(self, path: str, old: Json, new: Json) -> Iterator[str]:
        """Differences between the options of one type that both have, for a type that became wider or narrower."""
        left = list(_options(self._new, new))
        for option in _options(self._old, old):
            fitting = [each for each in left if _type(each) == _type(option)]
            if fitting:
                left.remove(fitting[0])
                yield from self.between(path, option, fitting[0])

    def _keywords(self, path: str, old: Json, new: Json) -> Iterator[str]:
        for keyword in sorted((old.keys() | new.keys()) - _WORDS_FOR_PEOPLE - _WALKED):
            before, after = old.get(keyword), new.get(keyword)
            differs = before != after or type(before) is not type(after)
            if differs and self._matters(keyword, before, after):
                yield f"{path or 'the data'}: {self._difference(keyword, before, after)}"

    def _matters(self, keyword: str, before: Any, after: Any) -> bool:
        match self._kind:
            case Kind.EVENT:
                return True
            case Kind.ANSWER:
                return keyword == "format"
            case Kind.REQUEST if keyword.startswith("x-") or keyword == "readOnly" or after is None:
                return False
            case Kind.REQUEST if keyword == "default" and before is None:
                return False
            case Kind.REQUEST if keyword == "enum" and before is not None:
                return not set(before) <= set(after)
            case Kind.REQUEST:
                return _direction(keyword, before, after) != "loosened"

    def _fields(self, path: str, old: Json, new: Json) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            place = f"{path}.{name}" if path else name
            if name not in after:
                yield f"{place}: the field was removed or renamed"
                continue
            if name in needed_after - needed_before and self._kind is not Kind.ANSWER:
                yield f"{place}: the optional field became required"
            if name in needed_before - needed_after and self._kind is not Kind.REQUEST:
                yield f"{place}: the required field became optional"
            yield from self.between(place, before[name], after[name])
        if self._kind is not Kind.ANSWER:
            for name in sorted(needed_after - before.keys()):
                yield f"{path}.{name}: the new field is required".lstrip(".")

    def _parts(self, path: str, old: Json, new: Json) -> Iterator[str]:
        for keyword, place in (("items", f"{path}[]"), ("additionalProperties", f"{path}.*")):
            before, after = old.get(keyword), new.get(keyword)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from self.between(place, before, after)
            elif before != after and not self._is_open(before, after):
                yield f"{path or 'the data'}: {self._difference(keyword, before, after)}"
        for keyword in ("prefixItems", "anyOf"):
            before, after = old.get(keyword, []), new.get(keyword, [])
            if len(before) != len(after):
                yield f"{path or 'the data'}: {self._difference(keyword, before or None, after or None)}"
            for one, other in zip(before, after, strict=False):
                yield from self.between(path, one, other)

    def _is_open(self, before: Any, after: Any) -> bool:
        """Whether fields that have no name here do no harm: a request may bring more than before, an answer as well."""
        closed = (True, False, None)
        match self._kind:
            case Kind.EVENT:
                return False
            case Kind.REQUEST:
                return after in (True, None) and before in closed
            case Kind.ANSWER:
                return before in closed and after in closed

    def _difference(self, keyword: str, before: object, after: object) -> str:
        if keyword == "default":
            return f"the default changed, which gives old {self._kind.value}s another meaning"
        return f"the constraint {keyword} was {_direction(keyword, before, after)}"


def _resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        found = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = {**found, **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def _options(document: Json, schema: Json) -> Iterator[Json]:
    """The schema itself, or each of those of which one counts."""
    for option in schema.get("anyOf", [schema]):
        found = _resolved(document, option)
        if "anyOf" in found:
            yield from _options(document, found)
        else:
            yield found


def _types(document: Json, schema: Json) -> Sequence[str]:
    """The types in words, such as `string` and `null`."""
    return [_type(option) for option in _options(document, schema)]


def _type(schema: Json) -> str:
    return str(schema.get("type", _ANYTHING))


def _is_among(kind: str, kinds: Sequence[str]) -> bool:
    return any(each in kinds for each in (kind, _WIDER.get(kind), _ANYTHING))


def _direction(keyword: str, before: object, after: object) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if isinstance(before, int | float) and isinstance(after, int | float) and keyword in _FLOORS | _CEILINGS:
        return "narrowed" if (after > before) == (keyword in _FLOORS) else "loosened"
    return "changed"


def has_history(root: Path) -> bool:
    """Whether git knows the commits that led here."""
    return _git(root, "rev-parse", "--verify", "--quiet", "HEAD") is not None


def committed_files(
    root: Path, folder: PurePosixPath, since: str | None = None
) -> Iterator[tuple[PurePosixPath, Json]]:
    """Each version of each JSON file of `folder` in the history of HEAD; none where there is no repository.

    With `since`, a commit, those that it holds and later ones. A shallow clone holds fewer of them.
    """
    seen = set()
    for path, blob in [*_held(root, folder, since), *_changed(root, folder, since)]:
        if path.endswith(".json") and (path, blob) not in seen:
            seen.add((path, blob))
            yield PurePosixPath(path), json.loads(_git(root, "cat-file", "blob", blob) or "{}")


def _held(root: Path, folder: PurePosixPath, commit: str | None) -> Iterator[tuple[str, str]]:
    """The path and the blob of each file of the folder, as the commit holds it."""
    if commit is not None:
        for line in (_git(root, "ls-tree", "-r", commit, "--", str(folder)) or "").splitlines():
            facts, _, path = line.partition("\t")
            yield path, facts.split()[2]


def _changed(root: Path, folder: PurePosixPath, since: str | None) -> Iterator[tuple[str, str]]:
    """The path and the blob of each file of the folder that a commit after `since` has written."""
    commits = ["HEAD"] if since is None else ["HEAD", f"^{since}"]
    log = _git(root, "log", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=", *commits, "--", str(folder))
    for line in (log or "").splitlines():
        change, _, path = line.partition("\t")
        _, _, _, blob, status = change.split()
        if status != "D":
            yield path, blob


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 # a fixed program, our own arguments
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode()
