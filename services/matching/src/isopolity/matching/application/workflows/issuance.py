"""Issuance of proposals: capacity is reserved in the transaction that issues, or the pair is skipped.

Invariant: a proposal is scheduled or out if and only if both sides hold a slot for it, the side that asked for it by
its interest; a held one holds none itself. A proposal that is not held any more stays as it is, so that approving and
discarding may be repeated.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.machine.turns import each_in_turns
from isopolity.matching.application.candidates.market import capacities_of
from isopolity.matching.application.candidates.pair_status import NO_CONTACT
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.amounts import over_budget
from isopolity.matching.application.workflows.new_proposal import as_issued, closes
from isopolity.matching.application.workflows.published_states import publish_proposal
from isopolity.matching.application.workflows.settings import standing_policy
from isopolity.matching.application.workflows.settlement import conclude
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import ENDORSED
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import UnknownProposal

NO_CAPACITY: Final = "no-capacity"
ALREADY_OPEN: Final = "already-open"
OVER_BUDGET: Final = "over-budget"
"""The programme's budget has not enough left for it."""
TOO_LATE: Final = "too-late"
"""A member asked for it, and is to hear before the other side would have had its time to answer."""
LEGAL_ACT: Final = "legal-act"
"""A legal act that is now in force keeps the two sides apart."""
OVERTAKEN: Final = "overtaken"
"""A side or the request has changed since it was drawn up, or the sides were tied: its sentences may be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """Result of issuing: proposals issued, proposals held, and by id of those skipped a code that says why."""

    issued: Sequence[Proposal] = ()
    held: Sequence[Proposal] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)


async def add_proposals(proposals: Sequence[Proposal], uow: UnitOfWork, surroundings: Surroundings) -> Issuance:
    """Add new proposals: held where the policy says hold, else issued."""
    skipped = await _objections(proposals, surroundings)
    sound = [proposal for proposal in proposals if proposal.proposal_id not in skipped]
    if await standing_policy(uow, surroundings) is SendingPolicy.HOLD:
        added = await uow.proposals.add(sound)
        skipped |= {proposal.proposal_id: ALREADY_OPEN for proposal in sound if proposal.proposal_id not in added}
        return Issuance(held=[proposal for proposal in sound if proposal.proposal_id in added], skipped=skipped)
    now = surroundings.clock()
    entered = await _add_with_slots(sound, lambda proposal: as_issued(proposal, now, surroundings), uow, surroundings)
    return await _published(entered.issued, {**skipped, **entered.skipped}, uow, surroundings)


async def schedule(
    proposals: Sequence[Proposal], out_at: datetime, uow: UnitOfWork, surroundings: Surroundings
) -> Issuance:
    """Add new proposals that go out at `out_at`, with their slots; at once if that has come. The rest is skipped."""
    skipped = await _objections(proposals, surroundings)
    sound = [proposal for proposal in proposals if proposal.proposal_id not in skipped]
    now = surroundings.clock()
    is_due = out_at <= now
    added = await _add_with_slots(
        sound,
        lambda proposal: as_issued(proposal, now, surroundings) if is_due else proposal.schedule(out_at),
        uow,
        surroundings,
    )
    skipped |= added.skipped
    return await _published(added.issued, skipped, uow, surroundings) if is_due else replace(added, skipped=skipped)


async def issue_scheduled(
    due: Sequence[Proposal],
    rewritten: Callable[[Proposal], Proposal | None],
    uow: UnitOfWork,
    surroundings: Surroundings,
) -> Issuance:
    """Issue scheduled proposals, which hold their slots already; one that cannot go out any more ends, and frees them.

    One whose sides have changed meanwhile goes out as `rewritten` makes it, unless that gives None.
    """
    now = surroundings.clock()
    objections = await _objections(due, surroundings)
    current = {each.proposal_id: each for each in due if each.proposal_id not in objections}
    for each in due:
        if objections.get(each.proposal_id) == OVERTAKEN and (fresh := rewritten(each)) is not None:
            current[each.proposal_id] = fresh
    ended = [each for each in due if each.proposal_id not in current]
    skipped = {each.proposal_id: objections[each.proposal_id] for each in ended}
    await uow.proposals.save([each.supersede(now, skipped[each.proposal_id]) for each in ended])
    await uow.reservations.release(list(skipped))
    issued = await each_in_turns(lambda each: as_issued(each, now, surroundings), list(current.values()))
    await uow.proposals.save(issued)
    return await _published(issued, skipped, uow, surroundings)


async def issue_held(held: Sequence[Proposal], uow: UnitOfWork, surroundings: Surroundings) -> Issuance:
    """Issue held proposals, the best first; one without capacity or contact stays held.

    One that is overtaken, or whose sides a legal act now keeps apart, is superseded.
    """
    skipped = {**await _too_late(held, uow, surroundings), **await _objections(held, surroundings)}
    sound = (proposal for proposal in held if proposal.proposal_id not in skipped)
    ordered = sorted(sound, key=lambda proposal: (-proposal.score, proposal.proposal_id))
    reserved, refused = await _reserve(ordered, uow, surroundings)
    skipped |= refused
    now = surroundings.clock()
    for cause in (OVERTAKEN, LEGAL_ACT):
        ended = [proposal for proposal in held if skipped.get(proposal.proposal_id) == cause]
        await uow.proposals.save([proposal.supersede(now, cause) for proposal in ended])
    going = [proposal for proposal in ordered if proposal.proposal_id in reserved]
    issued = await each_in_turns(lambda proposal: as_issued(proposal, now, surroundings), going)
    await uow.proposals.save(issued)
    left = (proposal.proposal_id for proposal in ordered if proposal.proposal_id not in reserved)
    skipped |= {proposal_id: NO_CAPACITY for proposal_id in left if proposal_id not in skipped}
    return await _published(issued, skipped, uow, surroundings)


def member_row(state: CityState | PartnerState) -> MemberRow:
    """The row that the database keeps of a member's state."""
    kind, member_id = ("city", state.city_id) if isinstance(state, CityState) else ("partner", state.partner_id)
    return MemberRow(
        member_id=member_id, kind=kind, version=state.version, status=state.status, capacities=capacities_of(state)
    )


async def _objections(proposals: Sequence[Proposal], surroundings: Surroundings) -> dict[str, str]:
    """Codes of what speaks against proposals in this instance's network or by a legal act, by the proposal's id."""
    acts = surroundings.markets.legal_acts.in_force(surroundings.clock().date())

    def objection(proposal: Proposal) -> str | None:
        if acts.between(proposal.kind, proposal.a.country, proposal.b.country):
            return LEGAL_ACT
        return _objection(proposal, surroundings.network)

    codes = await each_in_turns(objection, proposals)
    named = zip(proposals, codes, strict=True)
    return {proposal.proposal_id: code for proposal, code in named if code is not None}


def _objection(proposal: Proposal, network: Network) -> str | None:
    is_current = all(network.version(each) == version for each, version in proposal.rests_on.items())
    if not is_current or network.tied(proposal.a.member_id, proposal.b.member_id):
        return OVERTAKEN
    return NO_CONTACT if any(side.member_id in network.unmailable for side in proposal.sides) else None


async def _add_with_slots(
    sound: Sequence[Proposal], ready: Callable[[Proposal], Proposal], uow: UnitOfWork, surroundings: Surroundings
) -> Issuance:
    """Add what has a slot on both sides, as `ready` makes it, and give codes that say why the rest is skipped."""
    reserved, skipped = await _reserve(sound, uow, surroundings)
    wanted = await each_in_turns(ready, [proposal for proposal in sound if proposal.proposal_id in reserved])
    added = await uow.proposals.add(wanted)
    await uow.reservations.release([proposal_id for proposal_id in reserved if proposal_id not in added])
    for proposal in sound:
        if proposal.proposal_id not in reserved:
            skipped.setdefault(proposal.proposal_id, NO_CAPACITY)
    skipped |= {proposal_id: ALREADY_OPEN for proposal_id in reserved if proposal_id not in added}
    return Issuance(issued=[proposal for proposal in wanted if proposal.proposal_id in added], skipped=skipped)


async def _reserve(
    proposals: Sequence[Proposal], uow: UnitOfWork, surroundings: Surroundings
) -> tuple[Collection[str], dict[str, str]]:
    """The ids of the proposals whose sides have a slot now, and money where it is needed; of others a code.

    Proposals without a slot get no code here: they are neither overtaken nor over a budget.
    """
    if not proposals:
        return (), {}
    network = surroundings.network
    await uow.gate.issue()
    member_ids = sorted({side.member_id for proposal in proposals for side in proposal.sides})
    known = [found for member_id in member_ids if (found := network.member(member_id)) is not None]
    members = await uow.members.lock(await each_in_turns(_parsed, known))
    overtaken = await _overtaken(proposals, {row.member_id: row.version for row in members}, uow)
    able = (row.capacities for row in members if row.status == ENDORSED)
    capacities = {holder: number for entries in able for holder, number in entries.items()}
    current = [proposal for proposal in proposals if proposal.proposal_id not in overtaken]
    wanted = [(proposal.proposal_id, [side.holder for side in proposal.to_be_bound]) for proposal in current]
    reserved = set(await uow.reservations.reserve(wanted, capacities))
    bound = [proposal for proposal in current if proposal.proposal_id in reserved]
    over = await over_budget(bound, uow, network, surroundings.clock())
    await uow.reservations.release(over)
    refused = dict.fromkeys(overtaken, OVERTAKEN) | dict.fromkeys(over, OVER_BUDGET)
    return reserved - frozenset(over), refused


async def _overtaken(proposals: Sequence[Proposal], versions: Mapping[str, int], uow: UnitOfWork) -> Collection[str]:
    """The ids of those that rest on a state older than the worker has seen, or that such a state rules out.

    This instance's network may lag; what the worker has taken in stands in the database, and waits at the gate now.
    """
    named = {name for proposal in proposals for name in (proposal.pair_key, proposal.b.request_id) if name is not None}
    seen = await uow.seen_states.find(named)
    newest = {**versions, **{name: state.version for name, state in seen.items()}}
    out = {name for name, state in seen.items() if state.rules_out}
    return {
        proposal.proposal_id
        for proposal in proposals
        if proposal.pair_key in out
        or proposal.b.request_id in out
        or any(newest.get(name, 0) > version for name, version in proposal.rests_on.items())
    }


async def _too_late(held: Sequence[Proposal], uow: UnitOfWork, surroundings: Surroundings) -> dict[str, str]:
    """By id the held proposals that a member asked for and that would not be answered before it is to hear."""
    now, late = surroundings.clock(), dict[str, str]()
    for proposal in held:
        if proposal.asked_by is not None:
            asked = await uow.interests.open_of(pair_key=proposal.pair_key)
            members = [side.member_id for side in proposal.sides]
            due = closes(members, now, surroundings.days_to_answer, surroundings)
            needed = due if proposal.to_be_bound else now
            if not asked or any(each.hear_by < needed for each in asked):
                late[proposal.proposal_id] = TOO_LATE
    return late


async def _published(
    issued: Sequence[Proposal], skipped: Mapping[str, str], uow: UnitOfWork, surroundings: Surroundings
) -> Issuance:
    out = [proposal for proposal in issued if proposal.is_out]
    await each_in_turns(lambda proposal: publish_proposal(uow.outbox, proposal), out)
    for proposal in issued:
        if not proposal.is_out:  # both sides have asked for it
            await conclude(proposal, uow, surroundings.clock, surroundings.ids)
    return Issuance(issued=issued, skipped=skipped)


def _parsed(member: tuple[str, bytes]) -> MemberRow:
    kind, state = member
    model = CityState if kind == "city" else PartnerState
    return member_row(model.model_validate_json(state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A choice of held proposals: some by id, all of a round, or all."""

    proposal_ids: Collection[str] | None = None
    round_id: str | None = None


async def approve(selection: Selection, uow: UnitOfWork, surroundings: Surroundings) -> Issuance:
    """Issue what is selected, once the graph has caught up; tells what is not issued. Raises UnknownProposal."""
    await uow.gate.issue()  # before the proposals are locked: transactions that take in lock members first
    held = await _held(selection, uow)
    result = await issue_held(held, uow, surroundings)
    _note_changes(held, result.issued, uow)
    for proposal_id, reason in result.skipped.items():
        uow.audit.note("proposal", proposal_id, details={"skipped": reason})
    return result


async def discard(selection: Selection, uow: UnitOfWork, now: datetime) -> int:
    """Drop what is selected, and return how many; their pairs are frozen. Raises UnknownProposal."""
    held = await _held(selection, uow)
    discarded = [proposal.discard(now) for proposal in held]
    await uow.proposals.save(discarded)
    _note_changes(held, discarded, uow)
    return len(discarded)


async def _held(selection: Selection, uow: UnitOfWork) -> list[Proposal]:
    wanted = selection.proposal_ids
    if wanted is None:
        wanted = await uow.proposals.held(selection.round_id)
    found = await uow.proposals.find(wanted)
    unknown = sorted(set(wanted) - {proposal.proposal_id for proposal in found})
    if unknown:
        raise UnknownProposal(f"There is no proposal {unknown[0]}; nothing was changed.")
    return [proposal for proposal in found if proposal.stage is Stage.HELD]


def _note_changes(held: Sequence[Proposal], changed: Sequence[Proposal], uow: UnitOfWork) -> None:
    stages = {proposal.proposal_id: proposal.stage for proposal in held}
    for proposal in changed:
        before, after = {"stage": stages[proposal.proposal_id]}, {"stage": proposal.stage}
        uow.audit.note("proposal", proposal.proposal_id, before=before, after=after)
