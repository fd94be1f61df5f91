"""Port of the workflows: the publications of rounds, each with its certificate and its frozen report."""

from collections.abc import Sequence
from typing import Protocol

from isopolity.matching.domain.drafts.draft_report import FrozenReport
from isopolity.matching.domain.drafts.publication_record import PublicationRecord


class PublicationRepository(Protocol):
    """The publications of rounds; the certificate and the report of each are written once."""

    async def add(self, record: PublicationRecord, certificate: str, report: FrozenReport | None) -> None:
        """Keep a new publication with its certificate as it is written; no report for a round without a draft."""

    async def of_round(self, round_id: str) -> Sequence[PublicationRecord]:
        """The publications of a round in their order, undone or not."""

    async def mark(self, record: PublicationRecord) -> None:
        """Keep that a publication was undone; its certificate and its report stay."""
