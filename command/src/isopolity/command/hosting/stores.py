"""The three services' databases, the broker and the mail box of `isopolity up`, read from one place.

Invariant: nothing is written. Only the mode with all services in one process may read here, as it owns all the files,
and it counts in the tables so that its counts check the services (docs/adr/0038-one-process-reads-the-tables.md).
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, Table, func, literal, select

from isopolity.command.failure import Failure
from isopolity.command.hosting.counts import Counts, Tally
from isopolity.command.pages.mailbox import MailFacts
from isopolity.contracts.matching import OPEN_STAGES
from isopolity.identity.folded_text import fold
from isopolity.machine.maildir import MailBox
from isopolity.matching.adapters.sql import tables as matching
from isopolity.matching.adapters.sql.rounds import DOCUMENT as ROUND
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.messaging.dead_letters import list_dead_letters
from isopolity.notify.adapters.sql import tables as notify
from isopolity.registry.adapters.sql import tables as registry
from isopolity.web.operations.vitals import Vitals

_ANSWERING: Final = ("coordinator", "programme-officer")
"""Roles of contacts who answer for their member."""
_LOOK_EVERY: Final = 0.1
"""Seconds between two counts while work is left."""
Columns = TypeVarTuple("Columns")
Member = Row[str, str, str, str, str]
"""The id, region, searched text, name and kind of a member, for the mail box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Everything that is kept; `vitals` has the database and the broker of each service, by name."""

    vitals: Mapping[str, Vitals]
    mail_box: MailBox
    start: datetime | None = None
    """When the demo network began; mails of its history went out before."""

    async def counts(self) -> Counts:
        """Count everything in its own table, log or folder."""
        known = self.vitals.values()
        cities = await self._tally_by("registry", registry.cities.c.status, _kind(registry.cities))
        partners = await self._tally_by("registry", registry.partners.c.status, _kind(registry.partners))
        return Counts(
            members={**cities.get("endorsed", {}), **partners.get("endorsed", {})},
            applications=await self._applications(cities, partners),
            contacts=await self._count("registry", registry.contacts),
            requests=(await self._tally("registry", registry.requests.c.status)).get("published", 0),
            twinnings=(await self._tally("registry", registry.twinnings.c.status)).get("declared", 0),
            proposals=await self._tally_by("matching", _kind(matching.proposals), matching.proposals.c.stage),
            partnerships=await self._tally("matching", matching.partnerships.c.stage),
            mails=await self._tally_by("notify", notify.mails.c.purpose, notify.mails.c.state),
            mails_of_history=await self._mails_of_history(),
            mail_box=self.mail_box.count(),
            outbox=sum([await self._count(name, vitals.tables.outbox) for name, vitals in self.vitals.items()]),
            lag=await self.lag(),
            parked=sum([await self._count(name, vitals.tables.parked) for name, vitals in self.vitals.items()]),
            dead_letters=sum([len(await list_dead_letters(v.broker, v.dead_letter_topic)) for v in known]),
            latest_round=await self._latest_round(),
        )

    async def until_quiescent(self, deadline: float) -> Counts:
        """The counts, once two counts in turn find nothing left to do. Raises Failure after `deadline` seconds."""
        counts = await self.counts()
        calm = False
        try:
            async with asyncio.timeout(deadline):
                while not (calm and counts.quiescent):
                    calm = counts.quiescent
                    await asyncio.sleep(_LOOK_EVERY)
                    counts = await self.counts()
        except TimeoutError:
            left = f"After {deadline:g} s there is still work left: {counts.waiting()}"
            raise Failure(f"{left}; give it longer with --deadline.") from None
        return counts

    async def _mails_of_history(self) -> Tally:
        """Mails that went out before the start, by purpose."""
        mails = notify.mails.c
        if self.start is None:
            return {}
        earlier = select(mails.purpose, func.count()).where(
            mails.state.in_(("sent", "bounced")), mails.updated_at < self.start
        )
        return {row[0]: row[1] for row in await self._rows("notify", earlier.group_by(mails.purpose))}

    async def _applications(self, *members: Mapping[str, Tally]) -> int:
        """How many staff can endorse: members entered as applied, and applications whose address is confirmed."""
        entered = sum(sum(found.get("applied", {}).values()) for found in members)
        return entered + (await self._tally("registry", registry.applications.c.status)).get("confirmed", 0)

    async def lag(self) -> int:
        """How many events the consumer groups of all services have not processed yet."""
        groups = [(vitals.broker, group) for vitals in self.vitals.values() for group in vitals.groups]
        return sum([sum((await broker.group_lag(group.name, group.topics)).values()) for broker, group in groups])

    async def mail_facts(self, mail_ids: Sequence[str] | None = None) -> Mapping[str, MailFacts]:
        """The facts of these mails by mail id, from notify's ledger and the members; None: of all mails."""
        mails, contacts = notify.mails.c, notify.contacts.c
        query = select(mails.mail_id, mails.purpose, contacts.member_id, contacts.name, contacts.email).outerjoin_from(
            notify.mails, notify.contacts, mails.contact_id == contacts.contact_id
        )
        rows = await self._rows("notify", query if mail_ids is None else query.where(mails.mail_id.in_(mail_ids)))
        members = await self._members(None if mail_ids is None else {row.member_id for row in rows})
        return {row.mail_id: _facts(row, members.get(row.member_id)) for row in rows}

    async def busiest_contact(self, kinds: Sequence[str]) -> str | None:
        """A contact of the member of these kinds that has to answer first, of equal ones the one with most proposals.

        None if no such member is there.
        """
        columns = matching.proposals.c
        urgent: dict[str, datetime] = {}
        open_to: Counter[str] = Counter()
        for member, day in ((columns.a_member_id, columns.a_answer_by), (columns.b_member_id, columns.b_answer_by)):
            query = select(member, day, columns.stage).where(columns.stage.in_(OPEN_STAGES))
            for member_id, answer_by, stage in await self._rows("matching", query):
                open_to[member_id] += 1
                if stage == "issued" and answer_by is not None:  # nobody has answered
                    urgent[member_id] = min(answer_by, urgent.get(member_id, answer_by))
        latest = datetime.max.replace(tzinfo=UTC)
        found: list[tuple[float, int, str]] = []
        contacts = registry.contacts
        for members in (registry.cities, registry.partners):
            query = (
                select(contacts.c.id, contacts.c.member_id)
                .join(members, members.c.id == contacts.c.member_id)
                .where(members.c.status == "endorsed", _kind(members).in_(kinds), contacts.c.role.in_(_ANSWERING))
            )
            for row in await self._rows("registry", query):
                due = urgent.get(row.member_id, latest).timestamp()
                found.append((-due, open_to[row.member_id], row.id))
        return max(found)[2] if found else None

    async def _latest_round(self) -> Mapping[str, float] | None:
        rounds = matching.rounds.c
        query = select(rounds.document).where(rounds.status == "done").order_by(rounds.round_id.desc()).limit(1)
        for row in await self._rows("matching", query):
            found = ROUND.validate_python(row.document).result
            if found is not None:
                worth = {"value": found.value / WEIGHT_UNIT, "bound": found.bound / WEIGHT_UNIT}
                return {"proposed": found.proposed, **worth, "gap": round(found.gap, 6)}
        return None

    async def _members(self, ids: Collection[str] | None) -> Mapping[str, Member]:
        """These members by their ids; all members if none are named."""
        found: dict[str, Member] = {}
        for kind, table in (("city", registry.cities), ("partner", registry.partners)):
            name = func.json_extract(table.c.document, "$.name").label("name")
            query = select(table.c.id, table.c.region, table.c.search, name, literal(kind).label("kind"))
            rows = await self._rows("registry", query if ids is None else query.where(table.c.id.in_(ids)))
            found.update((row.id, row) for row in rows)
        return found

    async def _count(self, service: str, table: Table) -> int:
        return int((await self._rows(service, select(func.count()).select_from(table)))[0][0])

    async def _tally(self, service: str, column: ColumnElement[str]) -> Tally:
        rows = await self._rows(service, select(column, func.count()).group_by(column).order_by(column))
        return {str(value): int(count) for value, count in rows}

    async def _tally_by(
        self, service: str, outer: ColumnElement[str], inner: ColumnElement[str]
    ) -> Mapping[str, Tally]:
        query = select(outer, inner, func.count()).group_by(outer, inner).order_by(outer, inner)
        tallies: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for outer_value, inner_value, count in await self._rows(service, query):
            tallies[str(outer_value)][str(inner_value)] = int(count)
        return tallies

    async def _rows(self, service: str, query: Select[*Columns]) -> Sequence[Row[*Columns]]:
        async with self.vitals[service].database.reading() as connection:
            return (await connection.execute(query)).all()


def _kind(table: Table) -> ColumnElement[str]:
    return func.json_extract(table.c.document, "$.kind")


def _facts(row: Row[str, str, str, str, str], member: Member | None) -> MailFacts:
    if member is None:  # a mail to a person who is no contact
        return MailFacts(purpose=row.purpose)
    return MailFacts(
        purpose=row.purpose,
        member=member.name,
        member_id=member.id,
        member_kind=member.kind,
        region=member.region,
        searched=fold(f"{row.name} {row.email} {row.member_id} {member.search}") if row.email else "",
    )
