"""The unread rest of each partition of a scan, forwards or backwards in time; places as text.

The text of places, for a URL, has an offset for each partition: `registry.city:17,20,4;registry.partner:3,0,9`; with a
later generation: `registry.city@2:17,20,4`. Invariant: `read_places(written_places(offsets))` is `offsets`; a topic is
in the text with all its partitions, or not at all. A matching record is emitted only once every partition that is not
read to its end has been read beyond its moment; backwards, no record of a window is emitted before the window was read
to its end, where its newest records are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.messaging.broker import Bounds, Record, TopicPartition
from isopolity.messaging.generations import first_partition, generation_of
from isopolity.messaging.scanning.query import SeenRecord

_WIDEST: Final = 20_000
"""Records of a partition that are read before it is the next partition's turn."""
_NARROWEST: Final = 2
"""Twice the size of the narrowest window."""


@dataclass(slots=True, kw_only=True)
class Window:
    """One partition: the offsets to read next, and the matching records so far."""

    place: TopicPartition
    bounds: Bounds
    position: int
    """Forwards, the offset that is read next; backwards, the offset below which records are still unread."""
    begun: int
    low: int = 0
    high: int = 0
    """The offsets that are being read now: from `low` on, below `high`."""
    reached: int | None = None
    """The moment of the last record that was read; backwards, of the first. None if none was read."""
    lowest: int | None = None
    """Backwards, the value for `reached` once the window is read to its end."""
    fitting: list[SeenRecord] = field(default_factory=list)


class Windows:
    """All partitions of a scan."""

    def __init__(
        self, begin: Mapping[TopicPartition, int], bounds: Mapping[TopicPartition, Bounds], *, back: bool
    ) -> None:
        self._back = back
        self._width = 0
        self._windows = {
            place: Window(place=place, bounds=bounds[place], position=_within(offset, bounds[place]), begun=offset)
            for place, offset in begin.items()
        }

    def __getitem__(self, place: TopicPartition) -> Window | None:
        return self._windows.get(place)

    @property
    def open(self) -> Sequence[Window]:
        """The partitions that are not read to their end."""
        return [each for each in self._windows.values() if not self._is_done(each)]

    @property
    def has_more(self) -> bool:
        """Whether there may be unread records, or found records that were not emitted yet."""
        return bool(self.open) or any(each.fitting for each in self._windows.values())

    def next(self, width: int, most: int) -> Mapping[TopicPartition, int]:
        """The offsets to read next; backwards, windows grow from `width` records by a factor of 2 up to `most`."""
        now = min(_WIDEST, most, self._width or width)
        self._width = 2 * now
        for each in self.open:
            each.lowest = None
            if self._back:
                each.low, each.high = max(each.bounds.start, each.position - now), each.position
            else:
                each.low, each.high = each.position, each.bounds.end
        return {each.place: each.low for each in self.open}

    def narrow(self) -> bool:
        """Begin again with windows of a fourth of the size; returns False if they have one record already."""
        if self._width <= _NARROWEST:
            return False
        self._width = max(1, self._width // 8)
        for each in self._windows.values():
            each.position, each.reached, each.fitting = _within(each.begun, each.bounds), None, []
        return True

    def note(self, record: Record) -> None:
        """Note that a record was read; backwards, windows are read from their low ends."""
        each = self._windows[TopicPartition(record.topic, record.partition)]
        if not self._back:
            each.reached = max(record.timestamp, each.reached or 0)
            each.position = record.offset + 1
        elif each.lowest is None or record.timestamp < each.lowest:
            each.lowest = record.timestamp

    def advance(self, place: TopicPartition, offset: int) -> None:
        """Note that all records of the window before this offset were read."""
        each = self._windows.get(place)
        if each is None:
            return
        if not self._back:
            each.position = max(each.position, min(offset, each.bounds.end))
        elif offset >= each.high:
            each.position = each.low
            moments = [moment for moment in (each.lowest, each.reached) if moment is not None]
            each.reached = min(moments, default=None)

    def leave_out(self) -> int:
        """Drop the matching records of windows that were not read to their ends; returns how many."""
        left = 0
        for each in self._windows.values() if self._back else ():
            kept = [record for record in each.fitting if record.offset >= each.position]
            left += len(each.fitting) - len(kept)
            each.fitting = kept
        return left

    def take(self, most: int, *, all_of_it: bool = False) -> list[SeenRecord]:
        """The matching records to emit now, up to a limit; `all_of_it` if nothing more will be read."""
        limit = None if all_of_it else self._horizon()
        if limit is not None and limit < 0:
            return []
        ready = [each for window in self._windows.values() for each in window.fitting if self._is_given(each, limit)]
        ready.sort(key=lambda each: (each.at, each.topic, each.partition, each.offset), reverse=self._back)
        given = ready[:most]
        taken = {(each.topic, each.partition, each.offset) for each in given}
        for window in self._windows.values():
            window.fitting = [each for each in window.fitting if (each.topic, each.partition, each.offset) not in taken]
        return given

    def places(self) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
        """The places from which to read on backwards, and forwards, so that no record is left out."""
        older, newer = {}, {}
        for place, each in self._windows.items():
            offsets = [record.offset for record in each.fitting]
            if self._back:
                older[place], newer[place] = max([each.position, *(n + 1 for n in offsets)]), each.begun
            else:
                older[place], newer[place] = each.begun, min([each.position, *offsets])
        return older, newer

    def _is_done(self, each: Window) -> bool:
        return each.position <= each.bounds.start if self._back else each.position >= each.bounds.end

    def _horizon(self) -> int | None:
        """The moment in ms up to which no more records can come; None if none can come at all, -1 if any can."""
        reached = [each.reached for each in self.open]
        if not reached:
            return None
        known = [moment for moment in reached if moment is not None]
        if len(known) < len(reached):
            return -1
        return max(known) if self._back else min(known)

    def _is_given(self, each: SeenRecord, limit: int | None) -> bool:
        if limit is None:
            return True
        moment = int(each.at.timestamp() * 1000)
        return moment >= limit if self._back else moment <= limit


def _within(offset: int, bounds: Bounds) -> int:
    return max(bounds.start, min(offset, bounds.end))


PREFIX: Final = "isopolity."
_ONE: Final = re.compile(r"([a-z0-9.-]{1,100})(?:@([1-9]\d{0,5}))?:(\d{1,18}(?:,\d{1,18})*)")


class WrongPlaces(ValueError):
    """The text is not a list of places; the message says what to do."""


def written_places(offsets: Mapping[TopicPartition, int]) -> str:
    """The text of these offsets of whole topics. Raises ValueError if a partition is missing."""
    topics: dict[str, dict[int, int]] = {}
    for place, offset in offsets.items():
        topics.setdefault(place.topic, {})[place.partition] = offset
    for topic, known in topics.items():
        if max(known) - first_partition(generation_of(min(known))) >= len(known):
            raise ValueError(f"of {topic} only the partitions {sorted(known)} have places")
    return ";".join(_written(topic, known) for topic, known in sorted(topics.items()))


def _written(topic: str, known: Mapping[int, int]) -> str:
    generation = generation_of(min(known))
    name = topic.removeprefix(PREFIX) + ("" if generation == 1 else f"@{generation}")
    return f"{name}:{','.join(str(known[number]) for number in sorted(known))}"


def read_places(text: str) -> dict[TopicPartition, int]:
    """The offsets in the text. Raises WrongPlaces."""
    found: dict[TopicPartition, int] = {}
    for part in text.split(";"):
        one = _ONE.fullmatch(part)
        if one is None:
            raise WrongPlaces("This is no place to go on from; follow a link of the list, or begin anew.")
        topic = one[1] if one[1].startswith(PREFIX) else PREFIX + one[1]
        for number, offset in enumerate(one[3].split(","), first_partition(int(one[2] or 1))):
            found[TopicPartition(topic, number)] = int(offset)
    return found
