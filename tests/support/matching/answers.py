"""Counts computed from every answer, as the engine did before it kept counts: the oracle for the kept counts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from isopolity.matching.domain.acceptance import DEFAULT_LEARNING, Count, Counts, Reply
from isopolity.matching.domain.member import member_key
from isopolity.matching.domain.pair_model.characteristics import record_level, role_of
from isopolity.matching.domain.pair_model.pair_model import CellCount
from isopolity.matching.domain.proposal import NOT_AGREED, Proposal, Stage
from isopolity.matching.domain.side import Answer

_ANSWERABLE = NOT_AGREED | {Stage.AGREED, Stage.ANSWERED, Stage.SUPERSEDED}
_DAY = timedelta(days=1)
_HALF_LIFE = DEFAULT_LEARNING.half_life


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The answer or the silence of one side of a proposal; `settled_at` is None while the proposal is open."""

    kind: str
    member: str
    reply: Reply
    settled_at: datetime | None
    side: str = ""
    cell: str | None = None


def trials_of(proposal: Proposal, mailed: Collection[str]) -> Iterator[Trial]:
    """The trials that a proposal gives; `mailed` are the sides that were mailed in time."""
    if proposal.stage not in _ANSWERABLE or proposal.answer_by is None:
        return
    for side in proposal.sides:
        is_silent = proposal.stage in NOT_AGREED and side.side in mailed and proposal.lapsed_by != side.side
        if side.side == proposal.asked_by or (side.answer is None and not is_silent):
            continue
        reply = Reply.SILENT if side.answer is None else Reply.YES if side.answer is Answer.YES else Reply.OTHER
        key = member_key(side.member_kind, side.member_id)
        cell = None if proposal.cells is None else proposal.cells["ab".index(side.side)]
        yield Trial(
            kind=proposal.kind, side=side.side, member=key, reply=reply, settled_at=proposal.settled_at, cell=cell
        )


def counts_of(trials: Sequence[Trial], now: datetime) -> Counts:
    """The counts that all these trials give at that moment."""
    by_member: dict[tuple[str, str], Count] = {}
    for trial in trials:
        if trial.settled_at is None:  # it only ends a silence
            continue
        weight = 0.5 ** (_age(trial, now) / DEFAULT_LEARNING.half_life)
        count = Count(1, weight, weight if trial.reply is Reply.YES else 0.0)
        key = (trial.kind, trial.member)
        by_member[key] = by_member[key] + count if key in by_member else count
    members = {trial.member for trial in trials}
    silences = {member: _silence([each for each in trials if each.member == member], now) for member in members}
    felt = {member: left for member, left in silences.items() if left > DEFAULT_LEARNING.patience}
    return Counts(by_member=by_member, silences=felt, cells=_cells(trials, now))


def _cells(trials: Sequence[Trial], now: datetime) -> dict[tuple[str, str], dict[str, CellCount]]:
    """The settled trials by cell and by the record that each member had at that moment."""
    found: dict[tuple[str, str], dict[str, CellCount]] = {}
    for trial in trials:
        if trial.cell is None or (at := trial.settled_at) is None:
            continue
        before = [
            each.reply is Reply.YES
            for each in trials
            if (each.kind, each.member) == (trial.kind, trial.member) and each.settled_at and each.settled_at < at
        ]
        cell, weight = f"{trial.cell}{record_level(len(before), sum(before))}", 0.5 ** (_age(trial, now) / _HALF_LIFE)
        cells = found.setdefault((trial.kind, role_of(trial.member)), {})
        count = CellCount(1, weight, weight if trial.reply is Reply.YES else 0.0)
        cells[cell] = cells[cell] + count if cell in cells else count
    return found


def assert_equal(found: Counts, expected: Counts) -> None:
    """Fail unless both have equal members, with counts that are equal except for the last digits."""
    assert {key: count.number for key, count in found.by_member.items()} == {
        key: count.number for key, count in expected.by_member.items()
    }
    for key, count in expected.by_member.items():
        assert found.by_member[key] == pytest.approx(count, rel=1e-9), key
    assert found.cells.keys() == expected.cells.keys()
    for role, cells in expected.cells.items():
        assert found.cells[role].keys() == cells.keys()
        for cell, number in cells.items():
            assert found.cells[role][cell] == pytest.approx(number, rel=1e-9), cell
    assert dict(found.silences) == pytest.approx(dict(expected.silences), rel=1e-9)


def _silence(trials: Sequence[Trial], now: datetime) -> float:
    """The silences since the last answer, as they count now; of two settled at once the answer is the newer."""
    answered = min((_age(each, now) for each in trials if each.reply is not Reply.SILENT), default=float("inf"))
    ages = [_age(each, now) for each in trials if each.reply is Reply.SILENT]
    return float(sum(0.5 ** (age / DEFAULT_LEARNING.bench_half_life) for age in ages if age < answered))


def _age(trial: Trial, now: datetime) -> float:
    return max(0.0, (now - (trial.settled_at or now)) / _DAY)
