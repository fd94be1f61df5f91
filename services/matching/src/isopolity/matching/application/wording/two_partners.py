"""Two partners of one member, compared by one part of the score: what both kinds of match say alike.

Invariant: `better` and `worse` follow the part that is told, whatever the whole scores are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Facts = TypeVar("Facts")
Compared = TypeVar("Compared", bound="TwoPartners[Any]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPartners(Generic[Facts]):
    """The facts about a member with `this` partner and with the `other` one."""

    this: Facts
    other: Facts
    lower: bool
    """Whether the other one scores less by the part told."""

    @property
    def better(self) -> Facts:
        """The one that scores more by the part told."""
        return self.this if self.lower else self.other

    @property
    def worse(self) -> Facts:
        """The one that scores less by it."""
        return self.other if self.lower else self.this

    def either(self, less: str, more: str) -> str:
        """The words for a lower or a higher score."""
        return less if self.lower else more


def deciding_clause(part: str, pair: Compared, clauses: Mapping[str, Callable[[Compared], str]]) -> str:
    """The clause for a part of the score; a part that has none in `clauses` is told in general words."""
    told = clauses.get(part)
    return told(pair) if told else pair.either("it fits less well", "it fits better")


def network_clause(pair: TwoPartners[Any]) -> str:
    """The clause for the part `network`."""
    return f"the tie would add {pair.either('less', 'more')} to the network"
