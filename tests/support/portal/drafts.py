"""registry with the draft of an application, and the forms of its steps."""

import json
from dataclasses import replace
from typing import Any

import httpx

from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.joining.application import Draft
from isopolity.registry.entrypoints.http.draft_fields import filled_step, placed
from isopolity.registry.entrypoints.http.replies import problem_of
from tests.support.portal.service import NOW

LINK = "/join/s-e-c-r-e-t"


WHO = {
    "version": "2", "do": "save", "kind": "city", "name": "Espoo", "local_names": "Esbo", "language-0": "fi",
    "language-1": "", "language-2": "sv", "web": "", "learning_city_since": "2015", "creative_field": "",
}  # fmt: skip


WHERE = {
    "version": "2", "do": "save", "country": "FI", "population": "320 000", "latitude": "60,2", "longitude": "24.65",
    "geonames_id": "",
}  # fmt: skip


CONTACTS = {
    "version": "2", "do": "save", "person": "Ana", "role": "coordinator",
    "other-0-name": "", "other-0-email": "", "other-0-role": "deputy",
    "other-1-name": "Bo", "other-1-email": "bo@city.example", "other-1-role": "approver",
}  # fmt: skip


NEEDS = {
    "version": "2", "do": "save", "need-0-subject": "", "need-0-mode": "webinar", "need-0-intensity": "3",
    "need-0-valid_until": "", "need-1-subject": "sdg.4", "need-1-mode": "webinar", "need-1-intensity": "5",
    "need-1-valid_until": "", "can_travel": "1", "capacity": "2",
}  # fmt: skip


TYPED = {"name", "population", "latitude", "longitude", "person", "other-1-name", "other-1-email", "capacity"}
"""Fields of one line."""


FORMS = {"who": WHO, "where": WHERE, "contacts": CONTACTS, "needs": NEEDS}


class Registry:
    """registry with one draft, which takes and refuses as registry does."""

    def __init__(self, member_kind: str = "city", **changes: Any) -> None:
        self.draft = Draft(
            draft_id="d", version=2, member_kind=member_kind, email="ana@city.example", language="en", started_at=NOW,
            mailable=True, valid_until=NOW,
        )  # fmt: skip
        self.draft = replace(self.draft, **changes)
        self.alike: list[dict[str, str]] = []
        self.sent: list[httpx.Request] = []
        self.is_open = True

    @property
    def answers(self) -> dict[str, Any]:
        taken = {"/drafts": 202, "/drafts/hand-in": httpx.Response(202, json={"application_id": "a"})}
        kept = {path: self._noting(answer) for path, answer in taken.items()}
        return {**kept, "/drafts/forget": self._noting(204), "/drafts/open": self._open, "/drafts/save": self._save}

    def _noting(self, answer: Any) -> Any:
        def note(request: httpx.Request) -> Any:
            self.sent.append(request)
            return answer if self.is_open else 410

        return note

    def _open(self, request: httpx.Request) -> Any:
        assert json.loads(request.content) == {"secret": "s-e-c-r-e-t"}
        return self.document if self.is_open else 410

    def _save(self, request: httpx.Request) -> Any:
        self.sent.append(request)
        body = json.loads(request.content)
        if not self.is_open:
            return 410
        if body["version"] != self.draft.version:
            return 412
        try:
            with placed("fields"):
                filled_step(self.draft, body["step"], body["fields"])
        except InvalidProfile as wrong:
            return httpx.Response(422, content=bytes(problem_of(wrong).response().body))
        self.draft = self.draft.saved(body["step"], body["fields"], NOW)
        return self.document

    @property
    def document(self) -> dict[str, Any]:
        draft = self.draft
        return {
            "member_kind": draft.member_kind,
            "email": draft.email,
            "language": draft.language,
            "version": draft.version,
            "steps": draft.steps,
            "valid_until": "2026-12-04T09:00:00Z",
            "question": draft.question,
            "alike": self.alike,
        }

    @property
    def fields(self) -> Any:
        return json.loads(self.sent[-1].content)["fields"]
