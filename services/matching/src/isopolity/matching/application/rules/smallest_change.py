"""The smallest change of rules that cannot all be kept: fewest limits and pairs first, then as little of each number.

Each failed attempt leaves a set of limits and pairs that cannot all be kept. A change that is enough loosens at least
one of each such set, so that only these hitting sets are tried, the smallest first (Reiter 1987).

Invariant: what is found was tried and kept; it counts as the smallest only where each failed attempt before it is
proved to have no choice.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, NamedTuple

LARGEST: Final = 3
"""The greatest number of limits and pairs that are changed together."""
MOST_FOUND: Final = 3
"""The number of changes of the smallest size that are looked for."""
_MOST_ITEMS: Final = 30
"""Limits and pairs that are tried, the likeliest first."""
_FEW: Final = 6
"""The number of pairs up to which they are tried before rules."""


class Item(NamedTuple):
    """A limit of a rule, or a pair that is required or forbidden."""

    kind: str
    """`rule`, `must` or `never`."""
    place: int
    """The position of the rule, or of the pair's edge."""
    limit: str = ""


class Failure(NamedTuple):
    """What cannot all be kept, as an attempt found it."""

    items: AbstractSet[Item]
    is_proved: bool
    missing: int = 1
    """By how much the limit that is missed most was missed."""


Numbers = Mapping[Item, float | None]
"""The new number of each item that is changed; None drops it."""
Attempt = Callable[[Numbers], Failure | None]
"""Tries to keep all rules but those changed; None where a choice was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallestChange:
    """A change that is enough."""

    numbers: Numbers
    is_smallest: bool
    """Whether it is proved that changing less of this is not enough."""


@dataclass(slots=True, kw_only=True)
class ChangeSearch:
    """A search for the smallest changes, of at most `tries` attempts."""

    attempt: Attempt
    number_of: Callable[[Item], float | None]
    """The number that a limit has; None where it has none."""
    tries: int
    _conflicts: list[Failure] = field(default_factory=list)
    _seen: set[frozenset[Item]] = field(default_factory=set)

    def after(self, first: Failure) -> list[SmallestChange]:
        """The changes of the smallest size that was found enough, those that change least first."""
        self._conflicts.append(first)
        for size in range(1, LARGEST + 1):
            found = list(self._of_size(size))
            if found:
                changes = [self._tightened(chosen, first.missing) for chosen in found]
                return sorted(changes, key=self._amount)
        return []

    def _of_size(self, size: int) -> Iterator[tuple[Item, ...]]:
        found = 0
        # what is left over makes numbers as near as possible
        while found < MOST_FOUND and self.tries > 1 + found and (chosen := self._next(size)) is not None:
            self._seen.add(frozenset(chosen))
            if (failure := self._tried(dict.fromkeys(chosen))) is None:
                found += 1
                yield chosen
            else:
                self._conflicts.append(failure)

    def _next(self, size: int) -> tuple[Item, ...] | None:
        """The next set of this size that has an item of each known conflict."""
        for chosen in combinations(self._items()[:_MOST_ITEMS], size):
            those = frozenset(chosen)
            if those not in self._seen and all(not those.isdisjoint(each.items) for each in self._conflicts):
                return chosen
        return None

    def _items(self) -> list[Item]:
        known = {item for each in self._conflicts for item in each.items}
        pairs = sorted(item for item in known if item.kind != "rule")
        rules = sorted(known - set(pairs))
        return [*pairs, *rules] if len(pairs) <= _FEW else [*rules, *pairs]

    def _tried(self, numbers: Numbers) -> Failure | None:
        self.tries -= 1
        return self.attempt(numbers)

    def _tightened(self, chosen: tuple[Item, ...], missing: int) -> SmallestChange:
        """The change with each number as near as possible to what it was."""
        numbers: dict[Item, float | None] = dict.fromkeys(chosen)
        is_smallest = len(self._items()) <= _MOST_ITEMS and all(each.is_proved for each in self._conflicts)
        for item in chosen:
            asked = self.number_of(item)
            if asked is None:
                continue
            numbers[item], is_nearest = self._nearest(item, int(asked), missing, numbers)
            is_smallest &= is_nearest
        return SmallestChange(numbers=numbers, is_smallest=is_smallest)

    def _nearest(self, item: Item, asked: int, missing: int, numbers: Numbers) -> tuple[float | None, bool]:
        """The number nearest to `asked` that is enough, and whether it is proved that no nearer one is."""
        sign = 1 if item.limit == "at_most" else -1
        short, is_proved = 0, True  # steps that are not enough
        enough = None if sign > 0 else asked  # steps that are
        step = missing
        while self.tries > 0 and (enough is None or short + 1 < enough):
            step = max(step, short + 1) if enough is None else min(max(step, short + 1), enough - 1)
            failure = self._tried({**numbers, item: asked + sign * step})
            if failure is None:
                enough, step = step, (short + step) // 2
            else:
                short, is_proved = step, is_proved and failure.is_proved
                step = 2 * step if enough is None else (short + enough) // 2
        is_nearest = is_proved and enough is not None and short + 1 >= enough
        if enough is None or (sign < 0 and enough == asked):
            return None, is_nearest
        return asked + sign * enough, is_nearest

    def _amount(self, change: SmallestChange) -> tuple[float, bool]:
        """How much is changed: a pair counts as one, and so does each unit of a number; a whole rule counts most."""
        return sum(self._units(item, number) for item, number in change.numbers.items()), not change.is_smallest

    def _units(self, item: Item, number: float | None) -> float:
        if item.kind != "rule":
            return 1
        asked = self.number_of(item)
        if asked is None or (number is None and item.limit == "at_most"):
            return float("inf")
        return abs(asked - (number or 0))
