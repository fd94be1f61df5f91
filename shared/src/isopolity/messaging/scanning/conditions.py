"""Conditions on the fields of events: `stage = closed`, `sides.member_id = espoo`, `population > 100000`.

A condition is a path of fields, one of `=`, `!=`, `<`, `>` and `contains`, and a value: a number, `true`, `false`,
`null`, a text between quotation marks, or else the rest of the line as a text. A path goes through lists: a condition
holds if it holds for one item, and `!=` if it holds for all items. `null` is a field without a value. Numbers compare
as numbers, dates and times as moments; `contains` ignores case.

Invariant: no condition holds for a masked field, not even `!=`, so that an answer cannot be found by conditions.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel

from isopolity.contracts.masked_fields import MASK, field_names, is_masked

MOST: Final = 10
_LONGEST: Final = 500
_FORM: Final = re.compile(
    r"\s*(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?P<operator>!=|=|<|>|\scontains\s)\s*(?P<value>\S.*?)\s*",
    re.ASCII,
)
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_WORDS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None}
_HOW: Final = "write a field, one of =, !=, <, > or contains, and a value, such as population > 100000"


class WrongCondition(ValueError):
    """The text is not a condition, or one that can never hold; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition; `wanted` is the parsed value, `text` the value as it was written."""

    path: tuple[str, ...]
    operator: str
    wanted: Any
    text: str
    is_quoted: bool

    @classmethod
    def of(cls, text: str) -> "Condition":
        """The condition in the text. Raises WrongCondition."""
        found = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            raise WrongCondition(f"“{_shortened(text)}” is no condition: {_HOW}.")
        operator, written = found["operator"].strip(), found["value"]
        is_quoted = written.startswith('"')
        value, wanted = _value(written)
        condition = cls(
            path=tuple(found["path"].split(".")), operator=operator, wanted=wanted, text=value, is_quoted=is_quoted
        )
        if operator in ("<", ">") and _number(wanted) is None and moment_of(value) is None:
            raise WrongCondition(f"“{_shortened(text)}” compares with no number, date or time; < and > need one.")
        return condition

    def holds(self, document: Mapping[str, Any]) -> bool:
        """Whether it holds for the data of an event."""
        values = list(_values(document, self.path))
        if MASK in values:
            return False
        known = [value for value in values if value is not None]
        if self.wanted is None and not self.is_quoted:
            return (not known) if self.operator == "=" else self.operator == "!=" and bool(known)
        match self.operator:
            case "=":
                return any(self._equals(value) for value in known)
            case "!=":
                return bool(known) and not any(self._equals(value) for value in known)
            case "contains":
                return any(isinstance(value, str) and self.text.casefold() in value.casefold() for value in known)
            case _:
                return any(self._is_beyond(value) for value in known)

    def _equals(self, value: Any) -> bool:
        if isinstance(value, str):
            return value == self.text
        if isinstance(value, bool) or self.is_quoted:
            return value is self.wanted
        wanted = _number(self.wanted)
        return wanted is not None and _number(value) == wanted

    def _is_beyond(self, value: Any) -> bool:
        wanted = _number(self.wanted)
        own: Any = _number(value)
        if wanted is None or own is None:
            moment = moment_of(self.text)
            own = moment_of(value) if isinstance(value, str) else None
            if moment is None or own is None:
                return False
            return bool(own < moment if self.operator == "<" else own > moment)
        return bool(own < wanted if self.operator == "<" else own > wanted)


def conditions_of(texts: Sequence[str], models: Sequence[type[BaseModel]], *, unmasked: bool) -> Sequence[Condition]:
    """The conditions in the texts, on fields that one of the models has. Raises WrongCondition."""
    if len(texts) > MOST:
        raise WrongCondition(f"Give at most {MOST} conditions.")
    found = [Condition.of(text) for text in texts]
    for each in found:
        masked = [is_masked(each.path, model) for model in models_with(each, models)]
        if all(masked) and not unmasked:
            name = ".".join(each.path)
            raise WrongCondition(f"{name} is masked, so no condition on it holds unless it is unmasked, with a reason.")
    return found


def models_with(condition: Condition, models: Sequence[type[BaseModel]]) -> Sequence[type[BaseModel]]:
    """The models that have the field. Raises WrongCondition, with the nearest fields, if none has it."""
    name = ".".join(condition.path)
    found = [model for model in models if name in field_names(model)]
    if not found:
        near = _nearest(name, sorted({each for model in models for each in field_names(model)}))
        hint = f"the nearest: {', '.join(near)}" if near else "the page of contracts lists the fields of each type"
        raise WrongCondition(f"No event of these topics has a field {_shortened(name)}; {hint}.")
    return found


def _nearest(name: str, known: Sequence[str]) -> Sequence[str]:
    """Up to three fields that may be meant: below this one, of this name below another, or with a similar name."""
    last = name.rpartition(".")[2]
    within = [each for each in known if each.startswith(f"{name}.") or each.rpartition(".")[2] == last]
    return (within or get_close_matches(name, known, 3))[:3]


def moment_of(text: str) -> datetime | None:
    """The moment of a text in ISO 8601; a day is its first moment, and a text without an offset is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _value(written: str) -> tuple[str, Any]:
    """The text of a value, and the parsed value."""
    if written.startswith('"'):
        try:
            text = json.loads(written)
        except ValueError:
            text = None
        if not isinstance(text, str):
            raise WrongCondition(f"“{_shortened(written)}” is no text; close its quotation marks.")
        return text, text
    if written in _WORDS:
        return written, _WORDS[written]
    return written, float(written) if _NUMBER.fullmatch(written) else written


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _values(document: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(document, list):
        for item in document:
            yield from _values(item, path)
    elif not path:
        yield document
    elif isinstance(document, dict):
        yield from _values(document.get(path[0]), path[1:])
    elif document == MASK:
        yield MASK


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
