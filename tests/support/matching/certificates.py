"""A certificate with every kind of content, and all documents that differ from it in one place."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from isopolity.matching.assignment.certificate import Certificate, Making, certify, hashed
from isopolity.matching.assignment.certificate_document import written
from isopolity.matching.assignment.problem import Dual, OddSet, Solution
from tests.support.matching.round_problems import integers, round_problem

SECRET = b"only for this round"
MAKING = Making(
    solver="by hand",
    versions={"isopolity-matching": "0.1.0", "numpy": "2.4.6"},
    computed_at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC),
    seconds=0.25,
)
PROBLEM = round_problem(
    [1, 1, 1, 1, 2],
    [(0, 1, 900_000), (0, 2, 800_000), (0, 4, 500_000), (1, 2, 700_000), (2, 3, 600_000), (3, 4, 400_000)],
    must=[5],
    never=[3],
    seed=7,
)
SOLUTION = Solution(
    chosen=integers([0, 5]),
    dual=Dual(
        scale=2,
        node=integers([999_990, 0, 0, 1_200_000, 0]),
        odd_sets=[
            OddSet(nodes=[0, 1, 2], edges=[], value=800_000),
            OddSet(nodes=[0, 1, 4], edges=[5], value=10),
        ],
    ),
)


def certificate() -> Certificate:
    return certify(PROBLEM, SOLUTION, MAKING, SECRET)


def document() -> dict[str, Any]:
    return dict(json.loads(written(certificate())))


def forged(document: dict[str, Any]) -> str:
    """The document with the fingerprint that its content asks for."""
    claims = {name: value for name, value in document.items() if name not in ("fingerprint", "time")}
    return json.dumps({**document, "fingerprint": hashed(claims)})


def changes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The path of each place in the document, with a document that has another value there."""
    for path in _paths(document):
        *above, last = path
        value = _at(document, path)
        for other in _others(value):
            if json.dumps(other) == json.dumps(value):
                continue
            changed = copy.deepcopy(document)
            _at(changed, above)[last] = other
            yield ".".join(map(str, path)), changed
        missing = copy.deepcopy(document)
        del _at(missing, above)[last]
        yield ".".join([*map(str, path), "missing"]), missing


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _paths(each, (*path, name))
    if isinstance(value, list):
        for position, each in enumerate(value):
            yield from _paths(each, (*path, position))


def _at(value: Any, path: Any) -> Any:
    for step in path:
        value = value[step]
    return value


def _others(value: Any) -> Iterator[Any]:
    yield from (None, True, "1", -1, 0.5, 2**60, [], {}, [[]])
    if isinstance(value, int):
        yield from (value + 1, value - 1, float(value), 0)
    if isinstance(value, str):
        yield from (value + "0", value[1:], "\x1b[31m", "\ud800", "x" * 1000)
    if isinstance(value, float):
        yield from (value + 1, value / 2)
    if isinstance(value, list):
        yield from ([*value, *value], value[:-1], [*value, 0])
    if isinstance(value, dict):
        yield {**value, "more": 1}
