"""What became of letters that were sent again, or would become of them, by all services together."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.client.operations import dead_letters
from isopolity.client.operations.models import DeadLetterSummary, LetterTrial, Redrive, Redriven
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis, ServiceAway
from isopolity.portal.entrypoints.http.operations.letter_causes import Letter

_REFUSALS: Final[Mapping[type[Exception], str]] = {NothingThere: "gone", ServiceAway: "away"}


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
    """By the name of the letter."""
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
