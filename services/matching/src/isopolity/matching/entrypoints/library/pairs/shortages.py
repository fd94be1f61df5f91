"""The minimum loads and rules that were not reached, and by how much: in a sentence and as rows.

Invariant: a row has the number asked for, the number reached and the difference, which is above 0.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from isopolity.matching.assignment.problem import CountRule
from isopolity.matching.entrypoints.library.cells import Id
from isopolity.matching.entrypoints.library.pairs.group_rules import WordedRule

_NAMED: Final = 3


class Short(NamedTuple):
    """A minimum load or a rule that is not kept."""

    rule: str
    """The rule in words."""
    column: str | None
    """The column of `id` in a minimum load with two sides; else None."""
    id: Id | None
    """The id that has the minimum load; None for other rules."""
    asked: int
    reached: int
    missing: int
    """The number that is missing, or for an upper bound the number in excess."""


def short_rows(rules: Sequence[WordedRule], missing: Sequence[tuple[int, int]]) -> Sequence[Short]:
    """The rows of the unmet rules; `missing` has their positions in `rules` and the missing numbers."""
    found = []
    for position, number in missing:
        each = rules[position]
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


def unmet_sentence(rows: Sequence[Short], conflict: Sequence[WordedRule], *, is_proved: bool) -> str:
    """The sentence of an error, which names rules that cannot be kept and says what to change."""
    if len(conflict) > 1:
        rules = "; ".join(f"“{each.sentence}”" for each in conflict[:_NAMED])
        more = f" and {len(conflict) - _NAMED} more" if len(conflict) > _NAMED else ""
        return f"These rules cannot be kept together: {rules}{more}; lower one of them."
    start = "No choice keeps all rules" if is_proved else "No choice was found that keeps all rules"
    return f"{start}: {_missed(rows)}; lower what is asked, or give strict=False for the choice that comes nearest."


def short_sentences(rows: Sequence[Short]) -> Sequence[str]:
    """The sentence of a choice with shortages, as a list of one; an empty list without shortages."""
    return [f"Not all that was asked is reached: {_missed(rows)}."] if rows else []


def _missed(rows: Sequence[Short]) -> str:
    sentences = [f"{each.rule}, reached {each.reached:,}" for each in rows[:_NAMED]]
    return "; ".join([*sentences, *([f"{len(rows) - _NAMED} more rules"] if len(rows) > _NAMED else [])])
