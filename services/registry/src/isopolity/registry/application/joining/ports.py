"""Ports of drafts of applications, of letters about them, and of National Commissions.

Invariant: each call is a statement of its own; a draft or consultation that is read by its id or its application is
locked until the transaction ends. Who locks several locks the application first, and reads before, by a secret or a
letter, which one it is.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.draft import Draft
from isopolity.registry.domain.joining.letter import Letter


class DraftRepository(Protocol):
    """Drafts of applications, by id and by the secret of their link."""

    async def add(self, draft: Draft) -> None:
        """Keep a new one."""

    async def get(self, draft_id: str) -> Draft | None:
        """The one with this id, or None."""

    async def by_secret(self, digest: str) -> Draft | None:
        """The one whose link has a secret of this digest, or None; it is not locked."""

    async def asked_by(self, letter_id: str) -> str | None:
        """The id of the application that this letter asks its applicant about, or None."""

    async def of_application(self, application_id: str) -> Draft | None:
        """The one by which the applicant answers a question about this application, or None."""

    async def save(self, draft: Draft) -> None:
        """Keep a new version of one that was got here."""

    async def delete(self, draft_id: str) -> None:
        """Delete it, for good."""


class LetterRepository(Protocol):
    """Letters whose mail is not out yet."""

    async def add(self, letter: Letter) -> None:
        """Keep a new one."""

    async def get(self, letter_id: str) -> Letter | None:
        """The one with this id, or None."""

    async def delete(self, letter_id: str) -> None:
        """Delete it, for good."""


class CommissionRepository(Protocol):
    """National Commissions, one a country."""

    async def all(self) -> Sequence[Commission]:
        """By country."""

    async def get(self, country: str) -> Commission | None:
        """The one of this country, or None."""

    async def put(self, commission: Commission) -> None:
        """Keep it, in place of the one of its country."""

    async def remove(self, country: str) -> bool:
        """Delete it; returns whether it was there."""


class ConsultationRepository(Protocol):
    """What commissions were asked, and say, one an application."""

    async def put(self, consultation: Consultation) -> None:
        """Keep it, in place of the one of its application."""

    async def of_application(self, application_id: str) -> Consultation | None:
        """The one about this application, or None."""

    async def of_applications(self, application_ids: Collection[str]) -> Mapping[str, Consultation]:
        """Those about these applications, by the application's id."""

    async def by_secret(self, digest: str) -> Consultation | None:
        """The one whose link has a secret of this digest, or None; it is not locked."""

    async def asked_by(self, letter_id: str) -> str | None:
        """The id of the application that this letter asks a commission about, or None."""
