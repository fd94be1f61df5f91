"""A duplicate, the entry that stays, and proposals of them, for tests of mergers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from isopolity.contracts.event_types import CITY_REVISED, PARTNER_REVISED
from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.member import sponsorship_pair, twinning_holder, twinning_pair
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Side
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance
from tests.support.matching.networks import network_of
from tests.support.matching.service import NOW, TestClock, city, partner, programme

KEPT, DUPLICATE, OTHER, THIRD = "kept", "duplicate", "other", "third"


async def network(store: FakeStore, places: int = 3) -> Instance:
    """Members whom the worker knows; the city that stays has as many places as are given, the others enough."""
    members: list[CityState | PartnerState] = [city(each, capacity=9) for each in (DUPLICATE, OTHER, THIRD)]
    members += [city(KEPT, capacity=places), partner("fund", [programme("old"), programme("same")])]
    members += [partner("halcyon", [programme("named"), programme("new")])]
    running = Instance(store, network_of(members), SendingPolicy.HOLD, TestClock())
    for each in members:
        await running.take_in(CITY_REVISED if isinstance(each, CityState) else PARTNER_REVISED, each)
    return running


def merged(version: int = 1, **changes: Any) -> CityState:
    """The state of the duplicate once it was merged into that version of the entry that stays."""
    return city(
        DUPLICATE, version=2, status="withdrawn", merged_into=KEPT, merged_version=version, capacity=9, **changes
    )


def side(name: str, member_id: str, **changes: Any) -> Side:
    holder = changes.pop("holder", twinning_holder(member_id))
    kind = "partner" if holder.startswith("programme/") else "city"
    known = Side(side=name, holder=holder, member_kind=kind, member_id=member_id, name=member_id, country="DE")
    return replace(known, **changes)


async def out(running: Instance, a: Side, b: Side, **changes: Any) -> Proposal:
    """A proposal of the two that is out, with a slot of each."""
    key = sponsorship_pair(a.holder, b.member_id) if a.programme_id else twinning_pair(a.member_id, b.member_id)
    made = Proposal(
        proposal_id=f"{a.member_id}-{b.member_id}",
        version=2,
        kind="twinning",
        stage=Stage.ISSUED,
        pair_key=key,
        a=a,
        b=b,
        score=0.5,
        parts=(),
        round_id=None,
        created_at=NOW,
        issued_at=NOW,
        answer_by=NOW + timedelta(days=21),
    )
    made = replace(made, **changes)
    async with running.unit_of_work() as uow:
        assert await uow.proposals.add([made])
        if made.is_out:
            limits = {each.holder: 99 for each in made.sides}
            await uow.reservations.reserve([(made.proposal_id, [each.holder for each in made.to_be_bound])], limits)
        await uow.commit()
    return made


async def agree(running: Instance, proposal: Proposal) -> None:
    for name in ("a", "b"):
        await running.answer(proposal.proposal_id, name, "yes")


def held_by(store: FakeStore, identifier: str) -> list[str]:
    return sorted(holder for (holder, _), its in store.kept.slots.items() if its == identifier)


def wish(identifier: str, member_id: str, other_id: str) -> Interest:
    """An interest of a city in another."""
    return Interest(
        interest_id=identifier,
        member_id=member_id,
        other_id=other_id,
        other_name=other_id,
        kind="twinning",
        pair_key=twinning_pair(member_id, other_id),
        holder=twinning_holder(member_id),
        other_holder=twinning_holder(other_id),
        asked_at=NOW,
        hear_by=NOW + timedelta(days=30),
    )
