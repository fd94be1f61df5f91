"""Whether the documents of the APIs still serve callers of the released ones: they grow, and nothing goes.

Operations stay with their names and audiences; a request may not need more than before, an answer may not hold less.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from deploy.client.documents import Document
from deploy.client.files import API
from isopolity.contracts.generation.compatibility import Kind, breaking_changes, committed_files

RELEASED_SINCE: Final[str | None] = "de2b4bd61c1555442af2d7a4b5f7aa5f099984c9"
"""The commit whose documents were the first that count as released; None: none has been, and all may change."""
_ADVICE: Final = (
    "A released API grows by operations and optional fields: add one, or publish the next version beside it."
)
_PARAMETER: Final = re.compile(r"{\w+}")


def broken(root: Path, current: Mapping[str, Document], since: str | None = RELEASED_SINCE) -> Iterator[str]:
    """A sentence for each difference from a released document, of whichever commit, that old callers would meet."""
    if since is None:
        return
    found = set()
    for path, released in committed_files(root, API, since):  # a shallow clone compares with less
        for change in _differences(released, current.get(path.stem)):
            sentence = f"{path.stem}: {change}. {_ADVICE}"
            if sentence not in found:
                found.add(sentence)
                yield sentence


def _differences(old: Document, new: Document | None) -> Iterator[str]:
    if new is None:
        yield "the service's API was released and is there no more"
        return
    operations = _operations(new)
    for name, operation in _operations(old).items():
        if name not in operations:
            yield f"{name}: the operation was removed or renamed"
            continue
        for change in _Pair(old, new).between(operation, operations[name]):
            yield f"{name}: {change}"


def _operations(document: Document) -> Mapping[str, Document]:
    """Each operation by its method and path, in which the names of parameters do not count."""
    return {
        f"{method.upper()} {_PARAMETER.sub('{}', path)}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


class _Pair:
    """Compares an operation of two documents."""

    def __init__(self, old: Document, new: Document) -> None:
        self._documents = (old, new)

    def between(self, old: Document, new: Document) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"its name changed from {old['operationId']} to {new['operationId']}"
        if lost := [audience for audience in old["tags"] if audience not in new["tags"]]:
            yield f"it is no longer for {', '.join(lost)}"
        yield from self._parameters(_parameters(old), _parameters(new))
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        yield from self._answers(_answers(old), _answers(new))

    def _parameters(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        for name, before in old.items():
            if (after := new.get(name)) is None:
                yield f"{name}: the parameter was removed or renamed"
                continue
            if after.get("required") and not before.get("required"):
                yield f"{name}: the optional parameter became required"
            yield from self._schemas(name, before, after, Kind.REQUEST)
        for name in new.keys() - old.keys():
            if new[name].get("required"):
                yield f"{name}: the new parameter is required"

    def _body(self, old: Any, new: Any) -> Iterator[str]:
        needed_before, needed_after = (bool(each and each.get("required")) for each in (old, new))
        if needed_after and not needed_before:
            yield "the body became required"
        yield from self._contents("the body", _content(old), _content(new), Kind.REQUEST)

    def _answers(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        for status in sorted(old.keys() - new.keys()):
            yield f"it no longer answers {status}"
        for status in sorted(new.keys() - old.keys()):
            yield f"it answers {status} besides"
        for status in sorted(old.keys() & new.keys()):
            before, after = _content(old[status]), _content(new[status])
            if after and not before:
                yield f"{status}: the answer was empty"
            yield from self._contents(status, before, after, Kind.ANSWER)

    def _contents(self, place: str, old: Mapping[str, Any], new: Mapping[str, Any], kind: Kind) -> Iterator[str]:
        for media_type in sorted(old.keys() - new.keys()):
            yield f"{place}: {media_type} was removed"
        for media_type in sorted(old.keys() & new.keys()):
            yield from self._schemas(place, old[media_type], new[media_type], kind)

    def _schemas(self, place: str, old: Mapping[str, Any], new: Mapping[str, Any], kind: Kind) -> Iterator[str]:
        before, after = old.get("schema", {}), new.get("schema", {})
        for change in breaking_changes(before, after, kind, documents=self._documents):
            yield f"{place}: {change}"


def _parameters(operation: Document) -> Mapping[str, Any]:
    """Parameters by name, without those of the path, whose names callers do not use."""
    return {each["name"]: each for each in operation.get("parameters", ()) if each["in"] != "path"}


def _answers(operation: Document) -> Mapping[str, Any]:
    return {status: response for status, response in operation["responses"].items() if status.startswith("2")}


def _content(part: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (part or {}).get("content", {})
    return found
