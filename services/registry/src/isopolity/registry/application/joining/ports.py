"""Ports of drafts of applications, of letters about them, and of National Commissions.

Invariant: each call is a statement of its own. A draft or consultation read by its id or application is locked until
the transaction ends. Callers lock the application first; to find it, they read by secret or letter without a lock.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.draft import Draft
from isopolity.registry.domain.joining.letter import Letter


class DraftRepository(Protocol):
    """Stores drafts of applications."""

    async def add(self, draft: Draft) -> None:
        """Store a new draft."""

    async def get(self, draft_id: str) -> Draft | None:
        """The draft with this id, or None."""

    async def by_secret(self, digest: str) -> Draft | None:
        """The draft whose link has a secret with this digest, not locked; or None."""

    async def asked_by(self, letter_id: str) -> str | None:
        """The id of the application that this letter asks its applicant about, or None."""

    async def of_application(self, application_id: str) -> Draft | None:
        """The draft for the answer to a question about this application, or None."""

    async def save(self, draft: Draft) -> None:
        """Store the new version of a draft read from this repository."""

    async def delete(self, draft_id: str) -> None:
        """Delete the draft."""


class LetterRepository(Protocol):
    """Stores letters whose mail is not sent yet."""

    async def add(self, letter: Letter) -> None:
        """Store a new letter."""

    async def get(self, letter_id: str) -> Letter | None:
        """The letter with this id, or None."""

    async def delete(self, letter_id: str) -> None:
        """Delete the letter."""


class CommissionRepository(Protocol):
    """Stores National Commissions, one for each country."""

    async def all(self) -> Sequence[Commission]:
        """All commissions, ordered by country."""

    async def get(self, country: str) -> Commission | None:
        """The commission of this country, or None."""

    async def put(self, commission: Commission) -> None:
        """Store the commission, in place of an earlier one of its country."""

    async def remove(self, country: str) -> bool:
        """Delete the commission of a country; returns whether there was one."""


class ConsultationRepository(Protocol):
    """Stores consultations, one for each application."""

    async def put(self, consultation: Consultation) -> None:
        """Store the consultation, in place of an earlier one about its application."""

    async def of_application(self, application_id: str) -> Consultation | None:
        """The consultation about this application, or None."""

    async def of_applications(self, application_ids: Collection[str]) -> Mapping[str, Consultation]:
        """The consultations about these applications, by the application's id."""

    async def by_secret(self, digest: str) -> Consultation | None:
        """The consultation whose link has a secret with this digest, not locked; or None."""

    async def asked_by(self, letter_id: str) -> str | None:
        """The id of the application that this letter asks a commission about, or None."""
