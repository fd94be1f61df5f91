"""How two members are connected already, in a sentence: “Lyon and Graz are both twinned with Pisa.”

Its invariant: every name is that of an endorsed member, and every tie named stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Self

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.tie_paths import Path, shortest_path


class Relation(Enum):
    """What a member is to the next one on a path."""

    TWIN = ("is twinned with", "with")
    SPONSOR = ("supports", "")
    SPONSORED = ("is supported by", "")

    @property
    def verb(self) -> str:
        """“is twinned with”."""
        return self.value[0]

    @property
    def again(self) -> str:
        """The same where it was just said: “Lyon is twinned with Graz, Graz with Pisa”."""
        return self.value[1] or self.verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A path with names; `relations[i]` is what `names[i]` is to `names[i + 1]`."""

    names: tuple[str, ...]
    relations: tuple[Relation, ...]

    @classmethod
    def of(cls, path: Path, market: Market) -> Self:
        """The connection along a path."""
        are_cities = [member in market.profiles.index for member in path.members]
        return cls(
            names=tuple(market.names[member] for member in path.members),
            relations=tuple(
                Relation.TWIN if here and there else Relation.SPONSORED if here else Relation.SPONSOR
                for here, there in pairwise(are_cities)
            ),
        )

    @property
    def through(self) -> str:
        """The name of the member that two ties meet at."""
        return self.names[1]


def connection(market: Market, one: str, other: str, longest: int = 3) -> Connection | None:
    """How two members are connected by at most `longest` ties, or None."""
    path = shortest_path(market.ties, one, other, longest)
    return None if path is None else Connection.of(path, market)


def connected(found: Connection) -> str:
    """The connection, told to anybody."""
    names, relations = found.names, found.relations
    match relations:
        case [Relation.TWIN]:
            text = f"{names[0]} and {names[1]} are twinned already"
        case [only]:
            text = f"{names[0]} {only.verb} {names[1]} already"
        case [Relation.TWIN, Relation.TWIN]:
            text = f"{names[0]} and {names[2]} are both twinned with {names[1]}"
        case [Relation.SPONSORED, Relation.SPONSOR]:
            text = f"{names[1]} supports both {names[0]} and {names[2]}"
        case [first, second]:
            text = f"{names[0]} {first.verb} {names[1]}, which {second.verb} {names[2]}"
        case _:
            text = _chain(names, relations)
    return phrases.sentence(text)


def introduced(found: Connection, about: str) -> str | None:
    """A connection of two cities by two ties, told to either of them; None for any other."""
    match found.relations:
        case [Relation.TWIN, Relation.TWIN]:
            text = f"You are both twinned with {found.through}, which could bring you together for work on {about}"
        case [Relation.SPONSORED, Relation.SPONSOR]:
            text = f"{found.through} supports both of you and could bring you together for work on {about}"
        case _:
            return None
    return phrases.sentence(text)


def introduced_by_a_twin(found: Connection, about: str, *, to_city: bool) -> str | None:
    """A connection from a partner to a city by way of the city's twin; None for any other."""
    if found.relations != (Relation.SPONSOR, Relation.TWIN):
        return None
    partner, twin, city = found.names
    start = f"{partner} supports {twin}, your twin city," if to_city else f"You support {twin}, a twin city of {city},"
    return phrases.sentence(f"{start} which could introduce you for talks on {about}")


def _chain(names: Sequence[str], relations: Sequence[Relation]) -> str:
    clauses = [
        f"{names[i]} {relation.again if i and relations[i - 1] is relation else relation.verb} {names[i + 1]}"
        for i, relation in enumerate(relations)
    ]
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"
