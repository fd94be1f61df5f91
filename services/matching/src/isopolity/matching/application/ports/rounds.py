"""Ports of the workflows: rounds and drafts, publications, and what staff sets: amounts and settings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers
from isopolity.matching.domain.draft_report import FrozenReport, PublicationRecord
from isopolity.matching.domain.money.grants import Commitment, SetAmount, SetAmounts
from isopolity.matching.domain.round import Round, RoundTemplate
from isopolity.matching.domain.settings import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """A next best pair of a round, by the holders of its two sides."""

    round_id: str
    a: str
    b: str


class RoundRepository(Protocol):
    """The rounds with their alternates."""

    async def add(self, ordered: Round) -> None: ...

    async def get(self, round_id: str) -> Round:
        """The round, locked until the commit. Raises UnknownRound."""

    async def save(self, changed: Round) -> None: ...

    async def is_any_open(self) -> bool:
        """Whether a round waits or runs."""

    async def open(self) -> Sequence[Round]:
        """The rounds that are not over, the oldest first, locked until the commit."""

    async def keep_alternates(self, round_id: str, pairs: Sequence[tuple[str, str, str]]) -> None:
        """Keep a round's alternates, each a pair key and both holders, in place of earlier ones.

        Those of rounds without open proposals go.
        """

    async def alternates(self, round_ids: Collection[str], holders: Collection[str]) -> Mapping[str, Alternate]:
        """Alternates of these rounds with one of `holders`, by pair key; for a pair in several, the newest round's."""


class TemplateRepository(Protocol):
    """The templates of rounds."""

    async def alone(self) -> None:
        """Wait for transactions that name templates; none does until this one ends."""

    async def all(self) -> Sequence[RoundTemplate]:
        """All templates, by name."""

    async def put(self, template: RoundTemplate) -> None:
        """Keep a new template, or a known one as it was changed."""

    async def delete(self, template_id: str) -> None:
        """Delete a template. Raises UnknownTemplate."""


class DraftRepository(Protocol):
    """The drafts of rounds under hold, with their numbers and edits."""

    async def add(self, draft: Draft, numbers: DraftNumbers) -> None: ...

    async def get(self, round_id: str) -> Draft:
        """The draft, locked until the commit. Raises UnknownDraft."""

    async def numbers(self, round_id: str) -> DraftNumbers:
        """The draft's numbers. Raises UnknownDraft."""

    async def save(self, draft: Draft) -> None:
        """Keep a changed draft; its numbers stay."""

    async def save_numbers(self, round_id: str, numbers: DraftNumbers, *, has_new_pairs: bool) -> None:
        """Keep what is chosen, pinned, banned and out; and the candidates, if some were added."""

    async def note(self, round_id: str, edit: DraftEdit) -> None:
        """Keep an edit; its number is new in the draft."""

    async def edit(self, round_id: str, number: int) -> DraftEdit:
        """The edit of this number, which the draft has."""

    async def edits(self, round_id: str) -> Sequence[DraftEdit]:
        """All edits of the draft, in their order."""

    async def open(self) -> Sequence[Draft]:
        """The open drafts, the oldest first, locked until the commit."""


class PublicationRepository(Protocol):
    """The publications of rounds; the certificate and the report of each are written once."""

    async def add(
        self, record: PublicationRecord, certificate: str, report: FrozenReport | None, sealed: str = ""
    ) -> None:
        """Keep a new publication with its certificate as it is written; no report for a round without a draft.

        `sealed` are the members that were sealed with the certificate, empty if there are none.
        """

    async def of_round(self, round_id: str) -> Sequence[PublicationRecord]:
        """The publications of a round in their order, undone or not."""

    async def mark(self, record: PublicationRecord) -> None:
        """Keep that a publication was undone; its certificate and its report stay."""


class MoneyRepository(Protocol):
    """Commitments of budgets, and the amounts that staff has set."""

    async def commitments(self, now: datetime, partner_ids: Collection[str] | None = None) -> Sequence[Commitment]:
        """Commitments, agreed and open, of the budgets of all programmes, or of the programmes of these partners."""

    async def amounts(self) -> SetAmounts:
        """All amounts that staff has set, also those that hold no more."""

    async def put(self, amount: SetAmount) -> None:
        """Keep the amounts of a request in a currency, in place of earlier ones."""

    async def remove(self, request_id: str, currency: str | None = None) -> int:
        """Delete the amounts of a request, in a currency or in all; returns how many."""


class ChoiceRepository(Protocol):
    """Choices of one transaction, none of which is ever changed."""

    async def newest(self) -> Choice | None:
        """The one that holds; None before the first."""

    async def last(self, limit: int) -> Sequence[Choice]:
        """Up to `limit` choices, the newest first."""

    async def add(self, choice: Choice) -> None:
        """Keep one. Raises ChosenMeanwhile if another transaction has taken its number."""
