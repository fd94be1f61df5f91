"""The members: for each of four proposals a side that acts and one that observes, and a city beside them.

A twinning of two cities, a sponsorship whose partner acts, one whose city acts, on its request, and a twinning that the
observing side has asked for, which knows nothing of its proposal.
"""

from dataclasses import dataclass
from typing import Any, Final

from isopolity.notify.domain.errors import Refused
from tests.support.two_sides.world import World

_FIRST: Final = "Pacific/Pago_Pago"
"""Where it is still the day before at `START`, so that the day to answer ends first, almost a day before `_LAST`."""
_LAST: Final = "Pacific/Kiritimati"
_FREELY: Final = {"Content-Type": "application/merge-patch+json", "If-Match": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member with its contact, and its own programme or request if its proposal is about that."""

    name: str
    kind: str
    member_id: str
    contact_id: str
    email: str
    programme_id: str | None = None
    request_id: str | None = None

    @property
    def path(self) -> str:
        """Its path at registry."""
        return f"/registry/v1/{'cities' if self.kind == 'city' else 'partners'}/{self.member_id}"

    async def change(self, world: World, **fields: Any) -> None:
        """Change its own profile."""
        await world.ask("PATCH", self.path, fields, of=self.member_id, headers=_FREELY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A proposal: the side that acts, and the side that observes."""

    acting: Member
    observing: Member
    proposal_id: str
    is_asked_for: bool = False
    """Whether the observing side has asked to be introduced to the other."""

    @property
    def members(self) -> tuple[Member, Member]:
        """Both sides."""
        return self.acting, self.observing


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """All members, with proposals that are out. The further city has a proposal with one of the acting sides."""

    pairs: tuple[Pair, ...]
    beside: Member
    beside_proposal_id: str

    @property
    def members(self) -> tuple[Member, ...]:
        """All members."""
        return (*(member for pair in self.pairs for member in pair.members), self.beside)


async def appear(world: World, *, bouncing: bool = False) -> Cast:
    """Let everybody join, and propose the pairs; `bouncing`: mails to those that act do not arrive."""
    aveiro = await _city(world, "Aveiro", "PT", "literacy", "equity", capacity=1, zone=_LAST)
    bergen = await _city(world, "Bergen", "NO", "equity", "literacy", capacity=2, zone=_FIRST)
    beside = await _city(world, "Espoo", "FI", "literacy", "equity", capacity=1, zone="Europe/Helsinki")
    cusco = await _city(world, "Cusco", "PE", "literacy", None, capacity=0, zone=_FIRST)
    dakar = await _city(world, "Dakar", "SN", "health", None, capacity=0, zone=_LAST, asks="Ten reading rooms")
    halcyon = await _partner(world, "Halcyon", "NL", "literacy", "PE", zone=_LAST)
    merriam = await _partner(world, "Merriam", "CH", "health", "SN", zone="America/Los_Angeles")
    await world.quiet()
    acting = (bergen, halcyon, dakar)
    if bouncing:
        world.mailer.at_offer |= {member.email: Refused("no-such-mailbox") for member in acting}
    must = [[aveiro.member_id, bergen.member_id], [bergen.member_id, beside.member_id]]
    order = {"seed": 1, "must": must}
    done = await world.ask("POST", "/matching/v1/rounds", order, headers={"Prefer": "wait=600"})
    assert done["issued"] == 4, done
    proposed = (await world.ask("GET", "/matching/v1/proposals"))["items"]
    ids = {frozenset(side["member_id"] for side in each["sides"]): each["proposal_id"] for each in proposed}
    pairs = tuple(
        Pair(acting=one, observing=other, proposal_id=ids[frozenset((one.member_id, other.member_id))])
        for one, other in zip(acting, (aveiro, cusco, merriam), strict=True)
    )
    pairs = (*pairs, await _asked_for(world, bouncing=bouncing))
    names = {pair.proposal_id: f"proposal of {pair.observing.name}" for pair in pairs}
    world.names |= names
    other = ids[frozenset((bergen.member_id, beside.member_id))]
    return Cast(pairs=pairs, beside=beside, beside_proposal_id=other)


async def _asked_for(world: World, *, bouncing: bool) -> Pair:
    """Let a city that has joined since ask to be introduced to another one."""
    gdansk = await _city(world, "Gdansk", "PL", "planning", "citizenship", capacity=1, zone=_FIRST)
    faro = await _city(world, "Faro", "PT", "citizenship", "planning", capacity=1, zone=_LAST)
    if bouncing:
        world.mailer.at_offer[gdansk.email] = Refused("no-such-mailbox")
    await world.quiet()
    wish = {"other_id": gdansk.member_id}
    await world.ask("POST", f"/matching/v1/members/{faro.member_id}/interests", wish, of=faro.member_id)
    await world.place()
    path = f"/matching/v1/members/{gdansk.member_id}/proposals"
    (proposal,) = (await world.ask("GET", path, of=gdansk.member_id))["items"]
    return Pair(acting=gdansk, observing=faro, proposal_id=proposal["proposal_id"], is_asked_for=True)


async def _city(
    world: World,
    name: str,
    country: str,
    needs: str,
    offers: str | None,
    capacity: int,
    *,
    zone: str,
    asks: str | None = None,
) -> Member:
    def topic(subject: str) -> list[dict[str, Any]]:
        return [{"subject": f"cluster.{subject}", "intensity": 4, "mode": "webinar"}]

    profile = {
        "kind": "city",
        "name": name,
        "country": country,
        "languages": ["en"],
        "population": 100_000,
        "time_zone": zone,
        "capacity": capacity,
        "sponsorship_capacity": 0 if capacity else 1,
        "needs": topic(needs),
        "offers": topic(offers) if offers else [],
    }
    made = await world.ask("POST", "/registry/v1/cities?endorse=true", profile, waits=False)
    member_id, request_id = made["city_id"], None
    if asks is not None:
        request = {
            "city_id": member_id,
            "title": asks,
            "amount_min": 20_000,
            "amount_max": 30_000,
            "currency": "EUR",
            "subjects": [f"cluster.{needs}"],
        }
        request_id = (await world.ask("POST", "/registry/v1/requests", request, of=member_id, waits=False))[
            "request_id"
        ]
        world.names[request_id] = f"request of {name}"
    return await _with_contact(world, name, "city", member_id, request_id=request_id)


async def _partner(world: World, name: str, country: str, subject: str, serves: str, *, zone: str) -> Member:
    def programme(title: str, about: str) -> dict[str, Any]:
        return {
            "name": title,
            "budget": 500_000,
            "currency": "EUR",
            "grant_min": 10_000,
            "grant_max": 50_000,
            "subjects": [f"cluster.{about}"],
            "supports": ["funding", "expertise"],
            "countries": [serves],
        }

    profile = {
        "kind": "foundation",
        "name": name,
        "home_country": country,
        "time_zone": zone,
        "languages": ["en"],
        "programmes": [programme(f"{name} rooms", subject), programme(f"{name} prizes", "entrepreneurship")],
    }
    made = await world.ask("POST", "/registry/v1/partners?endorse=true", profile, waits=False)
    programmes = {each["name"]: each["programme_id"] for each in made["programmes"]}
    world.names |= {programme_id: title for title, programme_id in programmes.items()}
    programme_id = programmes[f"{name} rooms"]
    return await _with_contact(world, name, "partner", made["partner_id"], programme_id=programme_id)


async def _with_contact(world: World, name: str, kind: str, member_id: str, **ids: str | None) -> Member:
    email = f"office@{name.lower()}.example"
    contact_id = await add_contact(world, kind, member_id, f"Ana of {name}", email, "coordinator")
    world.names |= {member_id: name, contact_id: f"Ana of {name}"}
    return Member(name=name, kind=kind, member_id=member_id, contact_id=contact_id, email=email, **ids)


async def add_contact(
    world: World, kind: str, member_id: str, name: str, email: str, role: str, *, by: str = "somebody"
) -> str:
    """Add a contact in the name of the member, as one of its contacts; returns its id."""
    person = {"member_kind": kind, "member_id": member_id, "role": role, "name": name, "email": email, "language": "en"}
    made = await world.ask("POST", "/registry/v1/contacts", person, of=member_id, contact_id=by, waits=False)
    return str(made["contact_id"])
