"""Who and which rules fell short of what was asked, by how much: in a sentence and as rows.

Invariant: a row says what was asked, what was reached and the difference, which is above 0.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from isopolity.matching.assignment.problem import CountRule
from isopolity.matching.entrypoints.library.cells import Id
from isopolity.matching.entrypoints.library.pairs.group_rules import Told

_NAMED: Final = 3


class Short(NamedTuple):
    """A minimum load or a rule that is not kept."""

    rule: str
    """The rule in words."""
    column: str | None
    """Of a minimum load with two sides, the column of `id`."""
    id: Id | None
    """Of a minimum load, whose it is."""
    asked: int
    reached: int
    missing: int
    """By how much more or, for an at most, less it had to be."""


def short_rows(told: Sequence[Told], missing: Sequence[tuple[int, int]]) -> Sequence[Short]:
    """The rows of those of the rules `told` that are missed; `missing` has their positions, and by how much."""
    found = []
    for position, number in missing:
        each = told[position]
        is_most = isinstance(each.rule, CountRule) and each.rule.at_most is not None
        asked = each.rule.at_most if isinstance(each.rule, CountRule) and is_most else each.rule.at_least
        reached = int(asked or 0) + number * (1 if is_most else -1)
        found.append(
            Short(
                rule=each.sentence,
                column=each.column,
                id=each.id,
                asked=int(asked or 0),
                reached=reached,
                missing=number,
            )
        )
    return found


def unmet_sentence(rows: Sequence[Short], conflict: Sequence[Told], *, is_proved: bool) -> str:
    """The sentence of an error: which rules cannot be kept, and what to change."""
    if len(conflict) > 1:
        rules = "; ".join(f"“{each.sentence}”" for each in conflict[:_NAMED])
        more = f" and {len(conflict) - _NAMED} more" if len(conflict) > _NAMED else ""
        return f"These rules cannot be kept together: {rules}{more}; lower one of them."
    start = "No choice keeps all rules" if is_proved else "No choice was found that keeps all rules"
    return f"{start}: {_missed(rows)}; lower what is asked, or give strict=False for the choice that comes nearest."


def short_sentences(rows: Sequence[Short]) -> Sequence[str]:
    """The sentence of a choice that does not keep all that was asked; none if it does."""
    return [f"Not all that was asked is reached: {_missed(rows)}."] if rows else []


def _missed(rows: Sequence[Short]) -> str:
    told = [f"{each.rule}, reached {each.reached:,}" for each in rows[:_NAMED]]
    return "; ".join([*told, *([f"{len(rows) - _NAMED} more rules"] if len(rows) > _NAMED else [])])
