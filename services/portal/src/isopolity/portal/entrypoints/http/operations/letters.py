"""Dead letters by cause, which is one reason, message and place in the code in one group; what became of those that
were sent again, or would become of them.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.client.operations import dead_letters
from isopolity.client.operations.models import DeadLetterSummary, LetterTrial, Redrive, Redriven
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis, ServiceAway

CAUSE: Final = "cause"
"""The name of the cause among the choices of a list."""
_ON_A_PAGE: Final = 50
_OF_A_CAUSE: Final = 5
"""Letters of one cause on a page that has other causes."""
_REFUSALS: Final[Mapping[type[Exception], str]] = {NothingThere: "gone", ServiceAway: "away"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter, and the service that keeps it."""

    service: str
    record: DeadLetterSummary

    @property
    def name(self) -> str:
        """Its service and its id, as a form names it."""
        return f"{self.service} {self.record.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Letters that were given up for one cause."""

    letters: Sequence[Letter]
    """The oldest letters of the cause."""
    count: int

    @property
    def first(self) -> Letter:
        """The oldest letter, whose reason and message stand for all."""
        return self.letters[0]


def by_cause(letters: Sequence[Letter], *, alone: bool) -> Sequence[Cause]:
    """The letters by cause, the cause with the oldest letter first: some of each cause, and at most a page of letters.

    With `alone`, for a list of one cause, the limit of each cause does not count. A letter without a cause is a cause
    of its own.
    """
    found: dict[tuple[str, str], list[Letter]] = {}
    for letter in letters:
        found.setdefault((letter.service, letter.record.cause or letter.record.id), []).append(letter)
    room, causes = _ON_A_PAGE, list[Cause]()
    for alike in found.values():
        some = alike[: room if alone else min(_OF_A_CAUSE, room)]
        if some:
            causes.append(Cause(letters=some, count=len(alike)))
        room -= len(some)
    return causes


def members_in(causes: Sequence[Cause]) -> Iterator[str]:
    """Ids of the members that the letters on the page are about."""
    for cause in causes:
        for letter in cause.letters:
            yield from letter.record.members


@dataclass(frozen=True, slots=True)
class Fates:
    """The letters by what became of them."""

    redriven: list[Letter] = field(default_factory=list)
    superseded: list[Letter] = field(default_factory=list)
    lost: list[Letter] = field(default_factory=list)
    waiting: list[Letter] = field(default_factory=list)
    late: list[Letter] = field(default_factory=list)
    """They wait only because the time was over."""
    returned: list[Letter] = field(default_factory=list)
    left: list[Letter] = field(default_factory=list)
    trials: dict[str, LetterTrial] = field(default_factory=dict)
    """Trials by the name of their letter."""
    refusals: dict[str, str] = field(default_factory=dict)
    """Why a service refused, by its name: `gone`, `away`, or its words."""

    @property
    def are_all_read(self) -> bool:
        """Whether all letters were sent again, and read."""
        rest = (self.superseded, self.waiting, self.late, self.returned, self.left, self.lost)
        return not self.refusals and not any(rest)

    @property
    def goes_on(self) -> bool:
        """Whether letters were left because the time was over, and only therefore."""
        return bool(self.left) and not (self.returned or self.waiting)

    def add(self, service: str, answer: Redriven) -> None:
        """Add what a service answers."""

        def letters(found: Sequence[DeadLetterSummary]) -> Sequence[Letter]:
            return [Letter(service=service, record=each) for each in found]

        self.redriven.extend(letters(answer.redriven))
        self.superseded.extend(letters(answer.superseded))
        self.lost.extend(letters(answer.lost))
        (self.late if answer.time_is_over else self.waiting).extend(letters(answer.waiting))
        self.returned.extend(letters(answer.returned))
        self.left.extend(letters(answer.left))
        self.trials.update({f"{service} {each.id}": each for each in answer.trials})


async def sent_again(apis: ServiceApis, orders: Sequence[tuple[str, Sequence[str]]], *, dry_run: bool) -> Fates:
    """The fates of the letters with these ids, by service. Raises what the first of them raised if all refused."""
    calls = [dead_letters.redrive(service, Redrive(ids=ids, dry_run=dry_run)) for service, ids in orders]
    answers = await asyncio.gather(*(apis.send(call, is_long=True) for call in calls), return_exceptions=True)
    fates = Fates()
    for (service, _), answer in zip(orders, answers, strict=True):
        if isinstance(answer, NothingThere | ServiceAway | NotAllowed):
            fates.refusals[service] = _REFUSALS.get(type(answer), str(answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            fates.add(service, answer)
    if len(fates.refusals) == len(orders):
        raise next(answer for answer in answers if isinstance(answer, BaseException))
    return fates
