"""A tie that exists already between two cities, as equals.

Invariant: `city_a` < `city_b`, so that a pair has one id, which is also its natural key.
"""

from dataclasses import dataclass, replace
from typing import Self

from isopolity.registry.domain.errors import FieldError, InvalidProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Twinning:
    """A twinning at one version: declared or retracted; `since` is a year."""

    city_a: str
    city_b: str
    version: int
    status: str
    since: int | None = None

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
        """Declared, with another year; itself if nothing differs."""
        if self.status == "declared" and since == self.since:
            return self
        return replace(self, version=self.version + 1, status="declared", since=since)

    def retracted(self) -> Self:
        """The declaration was wrong, or the tie has ended; itself if retracted already."""
        return self if self.status == "retracted" else replace(self, version=self.version + 1, status="retracted")


def in_order(one: str, other: str) -> tuple[str, str]:
    """The two city ids in the order of a twinning."""
    if one == other:
        raise InvalidProfile([FieldError(("city_b",), "Name two different cities.")])
    return (one, other) if one < other else (other, one)
