"""Settings that staff chooses, from the fields of a form: days to answer, weights of scores, when proposals go out.

Invariant: what is as the operator has it is not chosen, so that it follows the operator.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NEEDS: Final = "needs"
"""One field for both sides of a twinning: it has no first city."""
_BOTH: Final = ("needs-a", "needs-b")
_LARGEST: Final = 1000.0
_WRONG_NUMBER: Final = "number"
"""What is wrong with a field: it is no number from 0 to `_LARGEST`, or for neighbours to 1."""
_WRONG_DAYS: Final = "days"
_POLICY: Final = "sending_policy"
POLICIES: Final = ("hold", "rounds-only", "automatic")
"""When proposals go out without a word of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a form chooses, and what is wrong with its fields, by name."""

    order: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


def fields_of(weights: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form that shows these weights."""
    twinning = {name: value for name, value in weights["twinning"].items() if name not in _BOTH}
    both = {NEEDS: weights["twinning"][_BOTH[0]], **twinning}
    found = {f"twinning-{name}": value for name, value in both.items()}
    found |= {f"sponsorship-{name}": value for name, value in weights["sponsorship"].items()}
    return {name: f"{value:g}" for name, value in {**found, "neighbours": weights["neighbours"]}.items()}


def chosen(filled: Mapping[str, str], held: Mapping[str, Any]) -> Chosen:
    """What the fields choose in the place of `held`, the settings that matching tells."""
    wrong: dict[str, str] = {}
    days = filled.get("answer_days", "").strip()
    if days and not (days.isascii() and days.isdecimal()):
        wrong["answer_days"] = _WRONG_DAYS
    usual = fields_of(held["usual_weights"])
    numbers = {
        name: _number(filled.get(name, usual[name]), 1.0 if name == "neighbours" else _LARGEST) for name in usual
    }
    wrong |= {name: _WRONG_NUMBER for name, value in numbers.items() if value is None}
    if (policy := filled.get(_POLICY, held[_POLICY])) not in POLICIES:
        wrong[_POLICY] = _POLICY
    if wrong:
        return Chosen(wrong=wrong)
    is_usual = all(numbers[name] == float(text) for name, text in usual.items())
    order = {
        "seen": held["number"] if not filled.get("seen", "").isdecimal() else int(filled["seen"]),
        "answer_days": int(days) if days and int(days) != held["usual_answer_days"] else None,
        "weights": None if is_usual else _weights(numbers),
        _POLICY: policy if policy != held[f"usual_{_POLICY}"] else None,
    }
    return Chosen(order=order)


def _weights(numbers: Mapping[str, float | None]) -> dict[str, Any]:
    found: dict[str, Any] = {"twinning": {}, "sponsorship": {}, "neighbours": numbers["neighbours"]}
    for name, value in numbers.items():
        kind, _, part = name.partition("-")
        if part:
            found[kind] |= dict.fromkeys(_BOTH, value) if part == NEEDS else {part: value}
    return found


def _number(text: str, largest: float) -> float | None:
    """The number that somebody typed, with a point or a comma; None for anything else."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value <= largest else None
