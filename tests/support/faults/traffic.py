"""Acts of people: cities join, staff runs rounds, both sides answer their mails; a failed act is tried again.

Invariant: `Traffic` counts only acts with a successful answer; each of these must be found once at the end.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from isopolity.contracts.codes import MODES, SUBJECTS
from tests.support.faults.tested import Received, Tested, token
from tests.support.faults.waiting import eventually

_COUNTRIES: Final = ("FI", "CO", "KE", "VN", "PT", "MA", "JP", "BR")
_MONEY: Final = {"amount_min": 20_000, "amount_max": 30_000, "currency": "EUR", "subjects": ["cluster.literacy"]}
_GRANT: Final = {"grant_min": 10_000, "grant_max": 40_000, "currency": "EUR", "subjects": ["cluster.literacy"]}
_DONE: Final = (200, 201, 204, 303)


@dataclass(frozen=True, slots=True)
class City:
    """A city that has been registered."""

    city_id: str
    email: str


@dataclass(slots=True)
class Traffic:
    """The people of one system, and the acts that succeeded."""

    system: Tested
    cities: list[City] = field(default_factory=list)
    partners: list[str] = field(default_factory=list)
    imported: int = 0
    """How many cities came by imports, beside `cities`."""
    answers: dict[str, str] = field(default_factory=dict)
    """Answers by link."""
    ended: int = 0
    """How many partnerships staff has ended."""
    unknown: int = 0
    """How many mails a person had to decide about."""
    republished: bool = False
    """Whether services have published their states again, perhaps after a restoration."""
    poisoned: bool = False
    """Whether poison was published, which must end in the dead letters."""
    numbers: "count[int]" = field(default_factory=count)
    sent: "count[int]" = field(default_factory=count)

    async def turn(self) -> Sequence[City]:
        """Two cities join, are proposed to each other, agree and are introduced; returns the two."""
        pair = await self.join()
        await self.propose_to(pair)
        await self.answer(pair)
        await self.introduced(pair)
        return pair

    async def join(self, *, suited: bool = True) -> Sequence[City]:
        """Two cities register and are endorsed; they suit each other if `suited`, else nobody."""
        number = next(self.numbers)
        left_out = () if suited else ("needs", "offers")
        profiles = [_profile(number, side) for side in (0, 1)]
        pair = await asyncio.gather(*(self._register(profile, left_out) for profile in profiles))
        self.cities += pair
        await self.post("registry", "/registry/v1/endorsements", {"cities": [city.city_id for city in pair]})
        return pair

    async def sponsor(self) -> None:
        """A city has a request, a foundation a programme for it; both agree and are introduced."""
        number = next(self.numbers)
        profile = _profile(number, 0) | {"country": "NZ"}
        city = await self._register(profile, ("offers",))
        self.cities.append(city)
        request = {"city_id": city.city_id, "title": f"Books for {profile['name']}", **_MONEY}
        await self.post("registry", "/registry/v1/requests", request)
        contact = {"name": "Programme Officer", "email": f"partner{number}@partner.example"}
        programme: dict[str, Any] = {"name": "Cities that read", "budget": 90_000, "countries": ["NZ"], **_GRANT}
        body: dict[str, Any] = {
            "kind": "foundation",
            "name": f"Example Foundation {number}",
            "home_country": "NL",
            "languages": ["en"],
        }
        body |= {"programmes": [programme | {"cities": 1}], "contact": contact}
        partner_id = (await self.post("registry", "/registry/v1/partners", body)).json()["partner_id"]
        self.partners.append(partner_id)
        await self.post("registry", "/registry/v1/endorsements", {"cities": [city.city_id], "partners": [partner_id]})
        sides = (city, City(partner_id, contact["email"]))
        await self.propose_to(sides)
        await self.answer(sides)
        await self.introduced(sides)

    async def import_cities(self, others: int) -> Sequence[City]:
        """Staff imports a file of cities until that succeeds, and once more; returns two of them that suit each other.

        Those two are endorsed; the `others` are not.
        """
        number = next(self.numbers)
        pair = [_profile(number, side) for side in (0, 1)]
        rows = [
            *pair,
            *({"kind": "city", "name": f"Hamlet {number} {place}", "country": "IS"} for place in range(others)),
        ]
        file = "\n".join(map(json.dumps, rows)).encode()
        path, key = "/registry/v1/imports?kind=cities", str(uuid4())
        answers = [
            (await self._persist("POST", self._anywhere("registry", path), key=key, content=file)).json()
            for _ in range(2)
        ]
        assert answers[0] == answers[1], "a key that is sent again gets another answer"
        assert (answers[0]["created"], answers[0]["rows"]) == (len(rows), len(rows)), answers[0]
        self.imported += others
        cities = [await self._found(profile) for profile in pair]
        self.cities += cities
        await self.post("registry", "/registry/v1/endorsements", {"cities": [city.city_id for city in cities]})
        return cities

    async def propose_to(self, cities: Sequence[City], *, held: bool = False) -> None:
        """Run rounds until a proposal has been mailed to each of the cities; staff publishes what is `held`."""

        async def mailed() -> bool:
            await self.decide_unknown()
            if len(await self.mails_to(cities)) >= len(cities):
                return True
            await self.post("matching", "/matching/v1/rounds", {"seed": 7}, also=(202, 409))
            if held:
                await asyncio.gather(*(self._publish() for _ in range(2)))
            return False

        await eventually(mailed, "no proposal was mailed to each of the two cities")
        await self._are_together(cities)

    async def _are_together(self, cities: Sequence[City]) -> None:
        """Fail at once, without waiting minutes for an answer, if a city was proposed to another one."""
        wanted = {city.city_id for city in cities}
        open_ones = "SELECT a_member_id, b_member_id FROM proposals WHERE settled_at IS NULL"
        for row in await self.system.rows("matching", open_ones):
            sides = {row["a_member_id"], row["b_member_id"]}
            assert not wanted & sides or wanted <= sides, f"proposed {sides} where {wanted} were to meet"

    async def _publish(self) -> None:
        """Publish the last draft by its plan, unless another instance does so at the same time."""
        drafts = (await self._persist("GET", self._anywhere("matching", "/matching/v1/drafts"))).json()["items"]
        for draft in drafts[:1]:
            path = f"/matching/v1/drafts/{draft['round_id']}"
            plan = await self.post("matching", f"{path}/plan", {}, also=(409,))
            if plan.is_success:
                await self.post("matching", f"{path}/publish", {"token": plan.json()["token"]}, also=(409,))

    async def answer(self, cities: Sequence[City], choice: str = "yes") -> None:
        """Each of the cities answers the proposal in its mail."""
        for received in await self.mails_to(cities):
            path = urlsplit(await self.system.arrivals.link_in(received)).path
            answer = await self._persist("POST", self._anywhere("notify", path), data={"choice": choice})
            assert answer.status_code in (303, 409, 410), answer.text
            self.answers[path] = choice

    async def introduced(self, cities: Sequence[City]) -> None:
        """Wait until each of the cities has a second mail, which introduces the other or closes the proposal."""
        await self._mailed(cities, mails=2)

    async def end(self, cities: Sequence[City]) -> None:
        """Staff ends the partnership of two cities until that succeeds, and once more; each gets a third mail."""
        path = f"/matching/v1/partnerships?member_id={cities[0].city_id}"
        (known,) = (await self._persist("GET", self._anywhere("matching", path))).json()["items"]
        path = f"/matching/v1/partnerships/{known['partnership_id']}/end"
        answers = [(await self.post("matching", path, {"reason": reason})).json() for reason in ("inactive", "other")]
        assert [answer["ended_reason"] for answer in answers] == ["inactive", "inactive"]
        self.ended += 1
        await self._mailed(cities, mails=3)

    async def _mailed(self, cities: Sequence[City], *, mails: int) -> None:
        async def are_mailed() -> bool:
            await self.decide_unknown()
            return len(await self.mails_to(cities)) >= mails * len(cities)

        await eventually(are_mailed, f"the two cities do not have {mails} mails each")

    async def mails_to(self, cities: Sequence[City]) -> list[Received]:
        """The mails that have arrived for these cities."""
        wanted = {city.email for city in cities}
        return [mail for mail in await self.system.arrivals.received() if mail.recipient in wanted]

    async def decide_unknown(self) -> int:
        """Decide about unknown mails as a person does, by looking whether they arrived; returns how many.

        Deferred mails are made due, so that nobody waits for half a minute.
        """
        await self.system.hurry_mails()
        rows = await self.system.rows("notify", "SELECT mail_id FROM mails WHERE state = 'unknown'")
        if not rows:
            return 0
        arrived = {mail.mail_id for mail in await self.system.arrivals.received()}
        for row in rows:
            decision = "sent" if row["mail_id"] in arrived else "send-again"
            answer = await self.post("notify", f"/notify/v1/mails/{row['mail_id']}/resolve", {"as": decision}, (409,))
            self.unknown += answer.status_code == 200
        return len(rows)

    async def post(self, service: str, path: str, body: Any, also: Sequence[int] = ()) -> httpx.Response:
        """POST to any instance of a service until that succeeds; a status in `also` counts as success."""
        answer = await self._persist("POST", self._anywhere(service, path), json=body, key=str(uuid4()))
        assert answer.status_code in (*_DONE, *also), answer.text
        return answer

    def _anywhere(self, service: str, path: str) -> Iterator[str]:
        """The path at one instance after the other, in the order of the proxy's tries."""
        urls = self.system.urls(service)
        first = next(self.sent)
        return (urls[place % len(urls)] + path for place in count(first))

    async def erase_contacts_of(self, city: City) -> None:
        """Erase the contacts of the city."""
        for row in await self.system.rows("registry", f"SELECT id FROM contacts WHERE member_id = '{city.city_id}'"):  # noqa: S608 - ours
            urls = self._anywhere("registry", f"/registry/v1/contacts/{row['id']}/erase")
            answer = await self._persist("POST", urls, json={"reason": "They ask for it."})
            assert answer.status_code in (204, 404)

    async def _found(self, profile: dict[str, Any]) -> City:
        key = f"city:{profile['country']}:{profile['name'].lower()}"
        rows = await self.system.rows("registry", f"SELECT id FROM cities WHERE natural_key = '{key}'")  # noqa: S608 - ours
        return City(rows[0]["id"], profile["contact"]["email"])

    async def _register(self, profile: dict[str, Any], left_out: Sequence[str]) -> City:
        body = {name: value for name, value in profile.items() if name not in left_out}
        answer = await self.post("registry", "/registry/v1/cities", body)
        return City(answer.json()["city_id"], profile["contact"]["email"])

    async def _persist(
        self, method: str, urls: Iterator[str], *, key: str | None = None, **content: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token()}", "Prefer": "wait=10"}
        if key is not None:
            headers["Idempotency-Key"] = key
        answers: list[httpx.Response] = []

        async def answered() -> bool:
            try:
                async with httpx.AsyncClient(timeout=20) as client:
                    answers.append(await client.request(method, next(urls), headers=headers, **content))
            except httpx.TransportError:
                return False
            return answers[-1].status_code < 500

        await eventually(answered, f"{method} of {content} got no answer but errors")
        return answers[-1]


def _profile(number: int, side: int) -> dict[str, Any]:
    """One of two cities that suit each other and, `WEIGHTS` given, nobody else.

    A round may know one city of a pair before the other. After all subjects have been had, the two sides change
    countries: each then suits cities of its own country only.
    """
    subjects, modes = list(SUBJECTS), list(MODES)
    lap, place = divmod(number, len(subjects) // 2)
    assert lap < 2, f"there are no subjects for a pair number {number}"
    topics = [
        {"subject": subjects[2 * place + half], "intensity": 5, "mode": modes[number % len(modes)]} for half in (0, 1)
    ]
    name = f"Town {number}{'ab'[side]}"
    return {
        "kind": "city",
        "name": name,
        "country": _COUNTRIES[(2 * place + (side + lap) % 2) % len(_COUNTRIES)],
        "population": 100_000 + number,
        "languages": ["en"],
        "needs": [topics[side]],
        "offers": [topics[1 - side]],
        "contact": {"name": f"Coordinator {number}", "email": f"town{number}{'ab'[side]}@city.example"},
    }
