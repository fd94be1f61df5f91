"""Rounds, drafts and publications in memory."""

import gzip
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter

from isopolity.matching.application.ports.rounds import Alternate
from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers, DraftStatus
from isopolity.matching.domain.draft_report import FrozenReport, PublicationRecord
from isopolity.matching.domain.proposal import OPEN
from isopolity.matching.domain.round import Round
from isopolity.matching.errors import UnknownDraft, UnknownRound
from tests.support.matching.fake_repositories.kept import Kept


class FakeRoundRepository:
    """Rounds in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def add(self, ordered: Round) -> None:
        self._kept.rounds[ordered.round_id] = ordered

    async def get(self, round_id: str) -> Round:
        if round_id not in self._kept.rounds:
            raise UnknownRound("There is no round with this id.")
        return self._kept.rounds[round_id]

    async def save(self, changed: Round) -> None:
        if changed.round_id in self._kept.rounds:
            self._kept.rounds[changed.round_id] = changed

    async def is_any_open(self) -> bool:
        return bool(await self.open())

    async def open(self) -> Sequence[Round]:
        return [self._kept.rounds[key] for key in sorted(self._kept.rounds) if not self._kept.rounds[key].is_over]

    async def keep_alternates(self, round_id: str, pairs: Sequence[tuple[str, str, str]]) -> None:
        live = {one.round_id for one in self._kept.proposals.values() if one.stage in OPEN}
        kept = {place: each for place, each in self._kept.alternates.items() if place[0] in live - {round_id}}
        self._kept.alternates = kept | {
            (round_id, pair_key): Alternate(round_id=round_id, a=a, b=b) for pair_key, a, b in pairs
        }

    async def alternates(self, round_ids: Collection[str], holders: Collection[str]) -> Mapping[str, Alternate]:
        return {
            pair_key: each
            for (round_id, pair_key), each in sorted(self._kept.alternates.items(), key=lambda item: item[0])
            if round_id in round_ids and (each.a in holders or each.b in holders)
        }


class FakePublicationRepository:
    """Publications in a dictionary; it refuses to add one twice."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def add(
        self, record: PublicationRecord, certificate: str, report: FrozenReport | None, sealed: str = ""
    ) -> None:
        key = (record.round_id, record.number)
        assert key not in self._kept.publications
        self._kept.publications[key] = record
        self._kept.certificates[key] = gzip.compress(certificate.encode())
        if sealed:
            self._kept.sealed[key] = gzip.compress(sealed.encode())
        if report is not None:
            self._kept.reports[key] = report

    async def of_round(self, round_id: str) -> Sequence[PublicationRecord]:
        return [each for key, each in sorted(self._kept.publications.items()) if key[0] == round_id]

    async def mark(self, record: PublicationRecord) -> None:
        self._kept.publications[record.round_id, record.number] = record


class FakeDraftRepository:
    """Drafts in a dictionary, with their numbers and edits."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def add(self, draft: Draft, numbers: DraftNumbers) -> None:
        self._kept.drafts[draft.round_id] = draft
        self._kept.numbers[draft.round_id] = numbers

    async def get(self, round_id: str) -> Draft:
        if round_id not in self._kept.drafts:
            raise UnknownDraft("There is no draft with this id: only rounds under hold have one.")
        return self._kept.drafts[round_id]

    async def numbers(self, round_id: str) -> DraftNumbers:
        await self.get(round_id)
        return self._kept.numbers[round_id]

    async def save(self, draft: Draft) -> None:
        if draft.round_id in self._kept.drafts:
            self._kept.drafts[draft.round_id] = draft

    async def save_numbers(self, round_id: str, numbers: DraftNumbers, *, has_new_pairs: bool) -> None:
        assert has_new_pairs or len(numbers.choice.problem.a) == len(self._kept.numbers[round_id].choice.problem.a)
        self._kept.numbers[round_id] = numbers

    async def note(self, round_id: str, edit: DraftEdit) -> None:
        assert (round_id, edit.number) not in self._kept.edits
        self._kept.edits[round_id, edit.number] = edit

    async def edits(self, round_id: str) -> Sequence[DraftEdit]:
        return [edit for (known, _), edit in sorted(self._kept.edits.items(), key=itemgetter(0)) if known == round_id]

    async def edit(self, round_id: str, number: int) -> DraftEdit:
        return self._kept.edits[round_id, number]

    async def open(self) -> Sequence[Draft]:
        return [draft for _, draft in sorted(self._kept.drafts.items()) if draft.status is DraftStatus.OPEN]
