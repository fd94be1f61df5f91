"""What JSON of no fixed form holds, such as the parts of a draft: anything may stand there."""

from collections.abc import Mapping, Sequence


def texts_in(value: object) -> list[str]:
    """The entries of a list; none of what is no list."""
    return [str(each) for each in _entries(value)]


def objects_in(value: object) -> list[Mapping[str, object]]:
    """The JSON objects of a list; none of what is no list."""
    return [object_in(each) for each in _entries(value)]


def object_in(value: object) -> Mapping[str, object]:
    """The JSON object; an empty one in place of what is none."""
    return {str(name): each for name, each in value.items()} if isinstance(value, Mapping) else {}


def _entries(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
