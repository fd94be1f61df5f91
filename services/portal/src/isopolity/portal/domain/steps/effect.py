"""What a change does to the suggestions of a member: who comes in, who goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Suggestion = Mapping[str, Any]
"""A suggestion as matching tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The best suggestions after a change, compared with those before; each list has the best first."""

    coming: Sequence[Suggestion]
    going: Sequence[Suggestion]
    staying: int
    """How many stay."""

    @classmethod
    def between(cls, before: Sequence[Suggestion], after: Sequence[Suggestion]) -> "Effect":
        """From the suggestions before and after."""
        were, are = {_who(each) for each in before}, {_who(each) for each in after}
        return cls(
            coming=[each for each in after if _who(each) not in were],
            going=[each for each in before if _who(each) not in are],
            staying=len(were & are),
        )


def _who(suggestion: Suggestion) -> tuple[Any, ...]:
    """What is suggested: a member, and with it a programme or a request."""
    other, own = suggestion["other"], suggestion["own"]
    return (
        other["member_id"],
        other.get("programme_id"),
        other.get("request_id"),
        own.get("request_id"),
    )
