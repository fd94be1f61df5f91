"""Pages of staff and of a foundation, as these see them who have signed in, with what lies on their desks.

Their sessions are put into the portal's store: signing in by mail is no part of a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx
from sqlalchemy import text

from benchmarks.measuring import PATIENCE, until
from benchmarks.sample import applied
from benchmarks.services.processes import KEY, Services
from isopolity.client import matching, registry
from isopolity.client.call import Call
from isopolity.client.matching.models import RoundOrder, SumsView
from isopolity.client.registry.models import EntryInput, NoteInput, PartnerEntry
from isopolity.machine.clock import system_clock
from isopolity.persistence.database import Database
from isopolity.portal.adapters.sql.sessions import SqlSessionStore
from isopolity.portal.domain.session import Account, Session
from isopolity.web.network_tokens import LocalTokens

NEEDED: Final = {
    "ISOPOLITY_APPLICATIONS_PER_CLIENT": "100000",
    "ISOPOLITY_APPLICATIONS_PER_DAY": "100000",
}
"""Settings of services that let one machine do what many people do."""
_COOKIE: Final = "isopolity_session"
_LONG: Final = 1_800.0
_APPLICATIONS: Final = 100
_ON_A_SHORTLIST: Final = 300
_LIFETIME: Final = timedelta(hours=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page as somebody sees it, or what a form of it sends."""

    name: str
    path: str
    cookie: Mapping[str, str]
    bound: float
    """Milliseconds that it may take."""


async def staff_visits(services: Services, session: Mapping[str, str], round_id: str) -> Sequence[Visit]:
    """The pages of staff; the round has a draft."""
    (pair,) = (await services.send(matching.drafts.pairs(round_id, limit=1))).items
    draft = f"/office/rounds/{round_id}"
    a, b, member = pair.a, pair.b, pair.a
    pages = {
        "desk": "/office",
        "a queue of the desk": "/office/queues/applications",
        "applications": "/office/applications",
        "members that have not changed": "/office/members?list=stale",
        "members without contact": "/office/members?list=without-contact",
        "a member's story": f"/office/members/cities/{member}",
        "what was done": "/office/audit",
        "what was done to a member": f"/office/audit?member={member}",
        "settings": "/office/settings",
        "who is staff": "/office/people",
        "rounds": "/office/rounds",
    }
    of_engine = {
        "members that are silent": "/office/members?list=silent",
        "members at capacity": "/office/members?list=at-capacity",
        "a draft": draft,
        "a draft's table": f"{draft}/pairs",
        "a draft's table, chosen by region and value": f"{draft}/pairs?region=africa&value_min=0.5",
        "a draft's table, chosen by name": f"{draft}/pairs?text=sample+paulo",
        "a pair of a draft": f"{draft}/pair?a={a}&b={b}",
        "a draft's edits": f"{draft}/edits",
    }
    return _visits("staff", session, pages, of_engine)


async def foundation_visits(services: Services, session: Mapping[str, str], partner: PartnerEntry) -> Sequence[Visit]:
    """The pages of a foundation with a programme."""
    programme = partner.programmes[0].programme_id
    pages = {"programmes": "/me/programmes", "shortlist": "/me/shortlist", "pipeline": "/me/pipeline"}
    of_engine = {
        "explorer, list": "/me/explore",
        "explorer, list, chosen by region and size": "/me/explore?region=africa&size_min=100000&with_blocked=1",
        "explorer, charts": "/me/explore?view=charts",
        "explorer, map": "/me/explore?view=map",
        "budget": f"/me/programmes/{programme}/budget",
        "a programme's form": f"/me/programmes/{programme}",
        "why none": "/me/why",
    }
    return _visits("foundation", session, pages, of_engine)


def counter(partner: PartnerEntry) -> Call[SumsView]:
    """The question that the counter of a programme's criteria sends to matching."""
    programme = partner.programmes[0]
    return matching.partners.reach(
        partner.partner_id,
        subjects=programme.subjects,
        supports=programme.supports,
        budget=programme.budget,
        grant_min=programme.grant_min,
        grant_max=programme.grant_max,
        currency=programme.currency,
    )


def _visits(
    who: str, session: Mapping[str, str], pages: Mapping[str, str], of_engine: Mapping[str, str]
) -> Sequence[Visit]:
    return [
        Visit(name=f"{who}: {name}", path=path, cookie=session, bound=bound)
        for bound, chosen in ((150.0, pages), (300.0, of_engine))
        for name, path in chosen.items()
    ]


async def signed_in(services: Services, scope: str, partner: PartnerEntry | None = None) -> Mapping[str, str]:
    """The cookie of somebody of staff, or of a programme officer of the partner."""
    is_member = partner is not None
    account = Account(
        account_id=f"bench-{scope}",
        kind="contact" if is_member else "person",
        name="Bench",
        scopes=(scope,),
        member_kind="partner" if is_member else None,
        member_id=partner.partner_id if partner else None,
        member_name=partner.name if partner else None,
        role="programme-officer" if is_member else None,
    )
    tokens, ends_at = LocalTokens([KEY], system_clock), system_clock() + _LIFETIME
    session = Session(
        session_id=account.account_id,
        ends_at=ends_at,
        accounts=(account,),
        account=account,
        access_expires_at=ends_at,
        access_token=tokens.issue(account.account_id, [scope], member_id=account.member_id, lifetime=_LIFETIME),
        refresh_token="none",  # noqa: S106 - nobody refreshes it
    )
    database = Database.open(services.databases["portal"])
    try:
        return {_COOKIE: await SqlSessionStore(database, system_clock).add(session)}
    finally:
        await database.close()


async def a_partner(services: Services) -> PartnerEntry:
    """The first partner of the network."""
    return (await services.send(registry.partners.list(limit=1))).items[0]


async def fill_desks(services: Services, partner: PartnerEntry, first: int) -> None:
    """Applications that wait, from number `first` of the sample on, and cities on the partner's shortlist."""
    async with httpx.AsyncClient(timeout=PATIENCE) as stranger:
        for number in range(first, first + _APPLICATIONS):
            body = applied(number, contact={"name": "Ana", "email": f"ana@city-{number}.example"})
            (await services.ask(registry.cities.create(body), client=stranger)).raise_for_status()
    await _confirm_all(services)
    tokens = LocalTokens([KEY], system_clock)
    own = tokens.issue("bench-member", ["member"], member_id=partner.partner_id, lifetime=_LIFETIME)
    headers = {"authorization": f"Bearer {own}"}
    for city in (await services.send(registry.cities.list(limit=_ON_A_SHORTLIST))).items:
        for call in (
            registry.shortlist.change(partner.partner_id, city.city_id, EntryInput(status="shortlisted")),
            registry.shortlist.notes(partner.partner_id, city.city_id, NoteInput(text="Near.")),
        ):
            (await services.ask(call, headers=headers)).raise_for_status()


async def _confirm_all(services: Services) -> None:
    """As if every applicant had followed the mailed link."""
    database = Database.open(services.databases["registry"])
    try:
        async with database.writing() as connection:
            await connection.execute(text("UPDATE applications SET status = 'confirmed'"))
            await connection.commit()
    finally:
        await database.close()


async def drafted_round(services: Services) -> str:
    """A round that ends in a draft, computed."""
    round_id = (await services.send(matching.rounds.create(RoundOrder(draft=True)))).round_id

    async def over() -> bool:
        known = await services.send(matching.rounds.read(round_id))
        if known.status in ("failed", "cancelled"):
            raise SystemExit(f"the round failed: {known.failure}")
        return known.status == "done"

    await until(over, seconds=_LONG)
    return round_id
