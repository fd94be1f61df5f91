"""A twinning that already exists between two cities.

Invariant: `city_a` < `city_b`, so that a pair has one id, which is also its natural key. A twinning that only one side
states is a claim until the other side or staff confirms it.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotPossible

CLAIMED: Final = "claimed"
DECLARED: Final = "declared"
REFUSED: Final = "refused"
RETRACTED: Final = "retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twinning:
    """A twinning at one version: claimed, declared, refused or retracted; `since` is a year."""

    city_a: str
    city_b: str
    version: int
    status: str
    since: int | None = None
    claimed_by: str | None = None
    """The side that claims it, or whose claim was refused."""

    def __post_init__(self) -> None:
        if self.city_a >= self.city_b:
            raise ValueError("the cities of a twinning stand in order")

    @property
    def identifier(self) -> str:
        return f"{self.city_a}:{self.city_b}"

    @property
    def key(self) -> str:
        return self.identifier

    def declared_again(self, since: int | None) -> Self:
        """The next version, declared with another year; itself if nothing differs."""
        return self._changed(DECLARED, since, None)

    def claimed_again(self, side: str, since: int | None) -> Self:
        """The next version as `side` claims it, perhaps with another year; itself if nothing differs.

        This confirms a claim of the other side. Raises NotPossible if a claim of this side was refused.
        """
        if self.status == REFUSED and self.claimed_by == side:
            raise NotPossible("This twinning was refused; ask the other city to declare it, or the network's staff.")
        if self.status == DECLARED or (self.status == CLAIMED and self.claimed_by != side):
            return self.declared_again(since if since is not None else self.since)
        return self._changed(CLAIMED, since, side)

    def confirmed(self, side: str | None) -> Self:
        """The next version, confirmed by the other `side` or staff (None); itself if declared. Raises NotPossible."""
        return self if self.status == DECLARED else self._claim_for(side)._changed(DECLARED, self.since, None)

    def refused(self, side: str | None) -> Self:
        """The next version, refused by the other `side` or staff (None); itself if refused. Raises NotPossible."""
        return self if self.status == REFUSED else self._claim_for(side)._changed(REFUSED, self.since, self.claimed_by)

    def retracted(self) -> Self:
        """The next version, retracted; itself if it is retracted or refused already."""
        return self if self.status in (RETRACTED, REFUSED) else self._changed(RETRACTED, self.since, None)

    def _claim_for(self, side: str | None) -> Self:
        if self.status != CLAIMED:
            raise NotPossible(f"The twinning is {self.status}; only one that is claimed waits for this.")
        if side is not None and side == self.claimed_by:
            raise NotPossible("The other city confirms or refuses it, or the network's staff; you can retract it.")
        return self

    def _changed(self, status: str, since: int | None, claimed_by: str | None) -> Self:
        if (status, since, claimed_by) == (self.status, self.since, self.claimed_by):
            return self
        return replace(self, version=self.version + 1, status=status, since=since, claimed_by=claimed_by)


def in_order(one: str, other: str) -> tuple[str, str]:
    """The two city ids in the order of a twinning."""
    if one == other:
        raise InvalidProfile([FieldError(("city_b",), "Name two different cities.")])
    return (one, other) if one < other else (other, one)
