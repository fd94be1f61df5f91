"""The three running services of a drill, and acts of their users."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx

from isopolity.notify.adapters.sql import tables
from isopolity.persistence.relay import outbox_backlog
from isopolity.registry.adapters.sql.tables import contacts as CONTACTS  # noqa: N812 - as notify calls its tables
from isopolity.runtime.service import Service
from isopolity.web.network_tokens import LocalTokens
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.polling import until
from tests.support.servers.mailpit import LINK

KEY = "a-key-for-tests-that-is-long-enough-to-sign"
_GIVES = ("cluster.literacy", "sdg.13")
Rows = Callable[..., Awaitable[Sequence[tuple[Any, ...]]]]
"""Returns the named columns of all rows of a service's table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The three running services, and acts of their users."""

    rows: Rows
    mailer: FakeMailer
    services: Mapping[str, Service]
    clients: Mapping[str, httpx.AsyncClient]

    @property
    def graph(self) -> Any:
        """The network in matching's memory."""
        return self._reader.network.graph

    @property
    def _reader(self) -> Any:
        return self.services["matching"].tasks["graph"].__self__  # type: ignore[attr-defined]  # a bound method

    async def is_ready(self) -> bool:
        answers = [await client.get(f"/{name}/health/ready") for name, client in self.clients.items()]
        return all(answer.is_success for answer in answers)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call a service as staff; returns the JSON of the answer."""
        service = path.split("/")[1]
        token = LocalTokens([KEY], lambda: datetime.now(UTC)).issue(
            "drill", ("staff", "operator", "contacts:read"), member_id=None, lifetime=timedelta(hours=1)
        )
        headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=120"} | headers
        answer = await self.clients[service].request(method, path, json=body, headers=headers)
        assert answer.is_success, (path, answer.text)
        return answer.json() if answer.content else None

    async def join(self, number: int) -> str:
        """Register and endorse a city with a contact; neighbours by number fit each other. Returns its id."""
        looks, gives = _GIVES[number % 2], _GIVES[(number + 1) % 2]
        city = {
            "kind": "city",
            "name": f"City {number}",
            "country": ("BR", "CO", "DE", "FI", "IN", "JP", "KE", "MX")[number % 8],
            "languages": ["en"],
            "needs": [{"subject": looks, "intensity": 4, "mode": "webinar"}],
            "offers": [{"subject": gives, "intensity": 4, "mode": "webinar"}],
        }
        city_id = str((await self.call("POST", "/registry/v1/cities?endorse=true", city))["city_id"])
        person = {"role": "coordinator", "name": f"Person {number}", "email": f"person-{number}@city.example"}
        await self.call("POST", "/registry/v1/contacts", {"member_kind": "city", "member_id": city_id, **person})
        return city_id

    async def rename(self, city_id: str, name: str) -> None:
        """Staff renames the city."""
        path = f"/registry/v1/cities/{city_id}"
        version = (await self.call("GET", path))["version"]
        headers = {"Content-Type": "application/merge-patch+json", "If-Match": f'"{version}"'}
        await self.call("PATCH", path, {"name": name}, **headers)

    async def erase(self, address: str) -> None:
        """Erase the contact with this address."""
        contacts = await self.rows("registry", CONTACTS, "id", "email")
        (contact_id,) = (key for key, email in contacts if email == address)
        await self.call("POST", f"/registry/v1/contacts/{contact_id}/erase", {"reason": "They ask for it."})

    async def mailed_pairs(self) -> list[tuple[str, ...]]:
        """For each proposal, the mailed addresses whose people are not erased."""
        contacts: dict[str, str] = dict(await self.rows("registry", CONTACTS, "id", "email"))
        mails = await self.rows("notify", tables.mails, "occasion_id", "contact_id", "purpose")
        pairs: dict[str, list[str]] = {}
        for proposal_id, contact_id, purpose in mails:
            if purpose == "proposal" and contact_id in contacts:
                pairs.setdefault(proposal_id, []).append(contacts[contact_id])
        return sorted(tuple(sorted(pair)) for pair in pairs.values())

    async def round(self) -> int:
        """Run a round; returns how many proposals it issued."""
        return int((await self.call("POST", "/matching/v1/rounds"))["issued"])

    async def answer(self, recipient: str, choice: str) -> None:
        """Answer by the link in the newest mail to the recipient that has one."""
        letters = [each for each in self.mailer.delivered if each.recipient == recipient]
        texts = [message_from_bytes(letter.content, policy=default).get_body(("plain",)) for letter in letters]
        links = [found[0] for text in texts if text is not None and (found := LINK.search(text.get_content()))]
        answer = await self.clients["notify"].post(links[-1], data={"choice": choice})
        assert answer.status_code == 303, answer.text

    async def end_partnership(self) -> None:
        """Staff ends the one partnership."""
        (standing,) = (await self.call("GET", "/matching/v1/partnerships?standing=true"))["items"]
        await self.call("POST", f"/matching/v1/partnerships/{standing['partnership_id']}/end", {"reason": "completed"})

    async def quiet(self) -> None:
        """Wait until nothing is on its way."""

        async def is_quiet() -> bool:
            for service in self.services.values():
                vitals = service.vitals
                if (await outbox_backlog(vitals.database, vitals.tables.outbox))[0]:
                    return False
                lags = [await vitals.broker.group_lag(group.name, group.topics) for group in vitals.groups]
                if any(sum(lag.values()) for lag in lags):
                    return False
            mails = await self.rows("notify", tables.mails, "state")
            return not await self._reader.lag() and not {"queued", "claimed", "transmitting"} & {
                row[0] for row in mails
            }

        quiet = 0

        async def stays_quiet() -> bool:
            nonlocal quiet
            quiet = quiet + 1 if await is_quiet() else 0
            return quiet >= 2

        await until(stays_quiet, within=240, what="the network comes to rest")
