"""What a change does to the suggestions of a member: who comes in, who goes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.client.matching.models import SuggestionView


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The best suggestions after a change, compared with those before; each list has the best first."""

    coming: Sequence[SuggestionView]
    going: Sequence[SuggestionView]
    staying: int
    """How many stay."""

    @classmethod
    def between(cls, before: Sequence[SuggestionView], after: Sequence[SuggestionView]) -> "Effect":
        """From the suggestions before and after."""
        were, are = {_who(each) for each in before}, {_who(each) for each in after}
        return cls(
            coming=[each for each in after if _who(each) not in were],
            going=[each for each in before if _who(each) not in are],
            staying=len(were & are),
        )


def _who(suggestion: SuggestionView) -> tuple[str | None, ...]:
    """What is suggested: a member, and with it a programme or a request."""
    other, own = suggestion.other, suggestion.own
    return other.member_id, other.programme_id, other.request_id, own.request_id
