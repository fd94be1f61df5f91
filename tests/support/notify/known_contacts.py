"""Fake registries for notify: over HTTP, or as ports that a test fills."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

import httpx

from isopolity.notify.domain.mail import MailState
from isopolity.notify.domain.people import Applicant, Contact, DraftLink, OfficeLetter, SignIn


def registry_that_knows(person: Callable[[str], Contact]) -> httpx.MockTransport:
    """The transport of a registry; `person` makes the contact of an id. Requests without a bearer token are refused."""

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return httpx.Response(401)
        if request.url.path.endswith("/issue"):
            return httpx.Response(410)
        if request.method == "POST":
            asked = json.loads(request.content)["contact_ids"]
            return httpx.Response(200, json={"items": [asdict(person(each)) for each in asked], "gone": []})
        return httpx.Response(200, json=asdict(person(request.url.path.rpartition("/")[2])))

    return httpx.MockTransport(answer)


@dataclass(slots=True)
class FakeDirectory:
    """Registry's contacts as a test sets them; `problem` is raised instead of answering."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    problem: Exception | None = None

    async def fetch(self, contact_id: str) -> Contact | None:
        if self.problem is not None:
            raise self.problem
        return self.contacts.get(contact_id)


@dataclass(slots=True)
class FakeApplicants:
    """Registry's applicants as a test sets them, by confirmation; each issue makes a new secret that replaces the
    last.
    """

    waiting: dict[str, Applicant] = field(default_factory=dict)
    drafts: dict[str, DraftLink] = field(default_factory=dict)
    letters: dict[str, OfficeLetter] = field(default_factory=dict)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    problem: Exception | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    """Confirmations by the valid secret."""
    confirmed: list[str] = field(default_factory=list)
    ended: dict[str, MailState] = field(default_factory=dict)
    """Outcomes of the mails of letters that registry has forgotten."""
    issued: int = 0
    answered: dict[str, int] = field(default_factory=dict)
    """Versions of contacts that answered by a link in a mail, by id."""

    async def issue(self, confirmation_id: str) -> Applicant | None:
        if self.problem is not None:
            raise self.problem
        if confirmation_id not in self.waiting:
            return None
        self.issued += 1
        secret = f"secret-{self.issued}"
        self.secrets = {s: c for s, c in self.secrets.items() if c != confirmation_id} | {secret: confirmation_id}
        return replace(self.waiting[confirmation_id], secret=secret)

    async def issue_draft(self, draft_id: str) -> DraftLink | None:
        if self.problem is not None:
            raise self.problem
        if draft_id not in self.drafts:
            return None
        self.issued += 1
        return replace(self.drafts[draft_id], secret=f"secret-{self.issued}")

    async def issue_letter(self, letter_id: str) -> OfficeLetter | None:
        if self.problem is not None:
            raise self.problem
        return self.letters.get(letter_id)

    async def issue_sign_in(self, sign_in_id: str) -> SignIn | None:
        if self.problem is not None:
            raise self.problem
        if sign_in_id not in self.sign_ins:
            return None
        self.issued += 1
        return replace(self.sign_ins[sign_in_id], secret=f"secret-{self.issued}")

    async def forget_letter(self, letter_id: str, outcome: MailState) -> None:
        if self.problem is not None:
            raise self.problem
        self.letters.pop(letter_id, None)
        self.ended[letter_id] = outcome

    async def contact_answered(self, contact_id: str, version: int) -> bool:
        if self.problem is not None:
            raise self.problem
        self.answered[contact_id] = version
        return True

    async def confirm(self, secret: str) -> bool:
        if self.problem is not None:
            raise self.problem
        if secret not in self.secrets:
            return False
        self.confirmed.append(self.secrets.pop(secret))
        return True
