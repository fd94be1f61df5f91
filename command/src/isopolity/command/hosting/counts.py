"""The numbers of what is in the databases and in the mail box, and the sums that must hold between them.

Invariant: no number is derived from another, so that a correct sum proves something.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from isopolity.command.console import counted
from isopolity.contracts.codes import CITY_KINDS
from isopolity.contracts.matching import OPEN_STAGES, SETTLED_STAGES
from isopolity.notify.domain.mail import OPEN

Tally = Mapping[str, int]

_ISSUED: Final = OPEN_STAGES | SETTLED_STAGES


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the network, what is counted, and a remark on it."""

    name: str
    count: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The network in numbers."""

    members: Tally
    """Endorsed members by kind."""
    applications: int
    contacts: int
    requests: int
    twinnings: int
    proposals: Mapping[str, Tally]
    """By kind, then by stage."""
    partnerships: Tally
    """By stage."""
    mails: Mapping[str, Tally]
    """By purpose, then by state in the ledger."""
    mail_box: int
    """Files in the mail box."""
    outbox: int
    lag: int
    parked: int
    dead_letters: int
    mails_of_history: Tally = field(default_factory=dict)
    """Mails that went out before the demo network began, by purpose; the mail box does not hold them."""
    latest_round: Mapping[str, float] | None = None
    """The `proposed`, `value`, `bound` and `gap` of the latest round that is done."""

    def issued(self) -> int:
        """Proposals that have ever been sent out."""
        return sum(stages.get(stage, 0) for stages in self.proposals.values() for stage in _ISSUED)

    def in_stage(self, stage: str) -> int:
        """Proposals of both kinds in one stage."""
        return sum(stages.get(stage, 0) for stages in self.proposals.values())

    def in_state(self, *states: str) -> int:
        """Mails of any purpose in these states."""
        return sum(tally.get(state, 0) for tally in self.mails.values() for state in states)

    @property
    def quiescent(self) -> bool:
        """Whether nothing is left to do: outboxes empty, no lag, no mail on its way."""
        return self.outbox == 0 and self.lag == 0 and self.in_state("queued", "claimed", "transmitting") == 0

    def waiting(self) -> str:
        """The work that is left to do, in words."""
        on_their_way = self.in_state(*OPEN)
        return f"events in outboxes: {self.outbox}, events unread: {self.lag}, mails on their way: {on_their_way}"

    def contradictions(self) -> Iterator[str]:
        """Each sum that does not hold, as a sentence."""
        yield from _equal(
            "mails about proposals", _total(self.mails, "proposal"), "2 per issued proposal", 2 * self.issued()
        )
        agreed = self.in_stage("agreed")
        yield from _equal("introduction mails", _total(self.mails, "introduction"), "2 per agreed proposal", 2 * agreed)
        yield from _equal("partnerships", sum(self.partnerships.values()), "one per agreed proposal", agreed)
        gone, unknown = self._gone(), self.in_state("unknown", "transmitting")
        if not gone <= self.mail_box <= gone + unknown:
            yield f"Mails in the mail box: {self.mail_box}; in the ledger: {gone} sent, {unknown} unknown."

    def figures(self) -> Iterator[Figure]:
        """The main numbers, in the order in which people read them."""
        cities = sum(self.members.get(kind, 0) for kind in CITY_KINDS)
        partners = sum(self.members.values()) - cities
        by_kind = " and ".join(
            counted(sum(stages.get(stage, 0) for stage in _ISSUED), kind)
            for kind, stages in sorted(self.proposals.items(), reverse=True)
        )
        twinned = f"with {counted(self.twinnings, 'twinning')} already"
        sorts = f"foundations, companies, NGOs; {counted(self.requests, 'request')} of cities"
        mails, proposal = self._gone(), self.mails.get("proposal", {})
        about = proposal.get("sent", 0) + proposal.get("bounced", 0) - self.mails_of_history.get("proposal", 0)
        partnerships, ended = sum(self.partnerships.values()), self.partnerships.get("ended", 0)
        said_yes = "where both sides have said yes" + (f"; {ended:,} have ended" if ended else "")
        yield Figure("Cities", cities, twinned)
        yield Figure("Partners", partners, sorts)
        yield Figure("Proposals", self.issued(), by_kind or self._none_yet())
        yield Figure("Mails", mails, f"{about:,} about proposals, {mails - about:,} of other kinds")
        yield Figure("Partnerships", partnerships, said_yes)

    def _gone(self) -> int:
        """Mails that went out into the mail box."""
        return self.in_state("sent", "bounced") - sum(self.mails_of_history.values())

    def _none_yet(self) -> str:
        """Why there is no proposal: the latest round ended in a draft, or there was none."""
        drafted = 0 if self.latest_round is None else int(self.latest_round["proposed"])
        return f"none yet; {counted(drafted, 'pair')} in a draft" if drafted else "none yet"

    def document(self) -> Mapping[str, object]:
        """The counts as a document for `--json`."""
        names = ("members", "applications", "contacts", "requests", "twinnings", "proposals", "partnerships")
        return {name: getattr(self, name) for name in names} | {
            "round": self.latest_round,
            "mails": self.mails,
            "mails_of_history": self.mails_of_history,
            "mail_box": self.mail_box,
            "waiting": {"outbox": self.outbox, "lag": self.lag, "parked": self.parked},
            "dead_letters": self.dead_letters,
            "quiescent": self.quiescent,
            "contradictions": list(self.contradictions()),
        }


def _total(mails: Mapping[str, Tally], purpose: str) -> int:
    return sum(mails.get(purpose, {}).values())


def _equal(what: str, found: int, rule: str, expected: int) -> Iterator[str]:
    if found != expected:
        yield f"{what.capitalize()}: {found}, but {rule} makes {expected}."
