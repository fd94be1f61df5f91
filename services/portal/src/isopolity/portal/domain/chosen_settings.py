"""Settings that staff chooses, from the fields of a form: days to answer, weights of scores, when proposals go out.

Invariant: what is as the operator has it is not chosen, so that it follows the operator.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from isopolity.client.matching.models import NetworkSettingsInput, NetworkSettingsView, WeightsInput, WeightsView

NEEDS: Final = "needs"
"""One field for both sides of a twinning: it has no first city."""
_BOTH: Final = ("needs-a", "needs-b")
_LARGEST: Final = 1000.0
_WRONG_NUMBER: Final = "number"
"""The problem of a field that is no number from 0 to `_LARGEST`, or for neighbours from 0 to 1."""
_WRONG_DAYS: Final = "days"
_POLICY: Final = "sending_policy"
POLICIES: Final = ("hold", "rounds-only", "automatic")
"""When proposals go out without a word of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The choice that a form makes, and the problems of its fields by name."""

    order: NetworkSettingsInput | None = None
    """The settings to send to matching; None where a field is wrong."""
    wrong: Mapping[str, str] = field(default_factory=dict)


def fields_of(weights: WeightsView) -> dict[str, str]:
    """The fields of a form that shows these weights."""
    twinning = {name: value for name, value in weights.twinning.items() if name not in _BOTH}
    both = {NEEDS: weights.twinning[_BOTH[0]], **twinning}
    found = {f"twinning-{name}": value for name, value in both.items()}
    found |= {f"sponsorship-{name}": value for name, value in weights.sponsorship.items()}
    return {name: f"{value:g}" for name, value in {**found, "neighbours": weights.neighbours}.items()}


def chosen(filled: Mapping[str, str], held: NetworkSettingsView) -> Chosen:
    """The choice in `filled`, the fields of a form that was made from matching's settings, `held`."""
    wrong: dict[str, str] = {}
    days = filled.get("answer_days", "").strip()
    if days and not (days.isascii() and days.isdecimal()):
        wrong["answer_days"] = _WRONG_DAYS
    usual = fields_of(held.usual_weights)
    numbers = dict[str, float]()
    for name, text in usual.items():
        value = _number(filled.get(name, text), 1.0 if name == "neighbours" else _LARGEST)
        if value is None:
            wrong[name] = _WRONG_NUMBER
        else:
            numbers[name] = value
    if (policy := filled.get(_POLICY, held.sending_policy)) not in POLICIES:
        wrong[_POLICY] = _POLICY
    if wrong:
        return Chosen(wrong=wrong)
    is_usual = all(numbers[name] == float(text) for name, text in usual.items())
    order = NetworkSettingsInput(
        seen=held.number if not filled.get("seen", "").isdecimal() else int(filled["seen"]),
        answer_days=int(days) if days and int(days) != held.usual_answer_days else None,
        weights=None if is_usual else _weights(numbers),
        sending_policy=policy if policy != held.usual_sending_policy else None,
    )
    return Chosen(order=order)


def _weights(numbers: Mapping[str, float]) -> WeightsInput:
    found: dict[str, dict[str, float]] = {"twinning": {}, "sponsorship": {}}
    for name, value in numbers.items():
        kind, _, part = name.partition("-")
        if part:
            found[kind] |= dict.fromkeys(_BOTH, value) if part == NEEDS else {part: value}
    return WeightsInput(**found, neighbours=numbers["neighbours"])


def _number(text: str, largest: float) -> float | None:
    """The number that somebody typed, with a point or a comma; None for anything else."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value <= largest else None
