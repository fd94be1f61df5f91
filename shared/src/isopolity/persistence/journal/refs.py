"""References of an event: ids of the members, proposals, partnerships and mails that it is about, and no other value.

The contracts name the fields (`EventType.refs`).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data
from isopolity.contracts.topic import EventType


class Ref(NamedTuple):
    """One thing that an event is about."""

    kind: str
    """`member`, `proposal`, `partnership` or `mail`."""
    id: str


def refs_of(event_type: str, data: Data) -> Sequence[Ref]:
    """The references of `data`, each once."""
    return _once(EVENT_TYPES[event_type], lambda path: _values(data, path.split(".")))


def refs_of_json(event_type: str, subject: str, value: bytes | None) -> Sequence[Ref]:
    """The references of JSON data about `subject`, each once; none of what is no object or has another type.

    Where the key is all that an event refers to, as for a city, its value is not read.
    """
    known = EVENT_TYPES.get(event_type)
    if known is None or value is None or not known.refs:
        return ()
    if all(path == known.key_field for _, path in known.refs):
        return tuple(Ref(kind, subject) for kind, _ in known.refs)
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return ()
    return _once(known, lambda path: _values(data, path.split(".")))


def _once(event_type: EventType, values: Any) -> Sequence[Ref]:
    return tuple(dict.fromkeys(Ref(kind, value) for kind, path in event_type.refs for value in values(path)))


def _values(data: Any, path: Sequence[str]) -> Iterator[str]:
    """The texts at the end of a path of fields; of a list those of each of its parts."""
    if isinstance(data, list | tuple):
        for each in data:
            yield from _values(each, path)
    elif not path:
        if isinstance(data, str):
            yield data
    else:
        name, *rest = path
        found = data.get(name) if isinstance(data, dict) else getattr(data, name, None)
        yield from _values(found, rest)
