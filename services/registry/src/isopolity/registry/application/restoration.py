"""Restoration from a backup: ended states are taken over from registry's topics before it publishes its state again.

Invariant: what has ended stays ended: erasures, withdrawals, closed requests, retracted twinnings and revocations on a
topic are repeated in the database, and all sessions end. For everything else the database decides: later changes are
lost and listed, and entries that the database does not have end for all consumers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from isopolity.contracts.catalogue import CITY, CONTACT, PARTNER, REQUEST, REVOCATION, TWINNING
from isopolity.contracts.event import Event
from isopolity.contracts.registry import CityState, ContactState, PartnerState, RevocationState
from isopolity.contracts.topic import Topic
from isopolity.identity.actors import of_session
from isopolity.persistence.republication import Finding, StepTooSmall
from isopolity.registry.application.access.session_ends import end_all_sessions
from isopolity.registry.application.commands import WithdrawMember
from isopolity.registry.application.contacts import erase_contact
from isopolity.registry.application.members import withdraw_member
from isopolity.registry.application.ports import RegistryRepositories, Repository
from isopolity.registry.application.requests.acts import close_request
from isopolity.registry.application.twinnings import retract_twinning
from isopolity.registry.domain.access.session import Revocation
from isopolity.registry.domain.member import Merged
from isopolity.registry.domain.twinning import CLAIMED, DECLARED, REFUSED, RETRACTED

Known = Mapping[str, Mapping[str, Event[Any]]]
"""The newest event, by topic and key."""
TOPICS: Final = (CITY.name, PARTNER.name, REQUEST.name, TWINNING.name, CONTACT.name, REVOCATION.name)
_ENDS: Final = {CITY.name: "withdrawn", PARTNER.name: "withdrawn", REQUEST.name: "closed", TWINNING.name: RETRACTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _TakingIn:
    """A restoration within one transaction."""

    known: Known
    uow: RegistryRepositories
    step: int
    findings: list[Finding] = field(default_factory=list)

    async def contacts(self) -> None:
        """Erase contacts that are erased on the topic; a contact that the database does not have counts as erased."""
        states: Mapping[str, ContactState] = _states(self.known[CONTACT.name])
        stored = await self.uow.contacts.get_many(states)
        for contact_id, contact in stored.items():
            state = states[contact_id]
            self._require_reach(state.version, contact.version)
            if state.status == "erased":
                await erase_contact(contact_id, self.uow)
                self._found(CONTACT.name, contact_id, "applied", "erased")
            elif state.version > contact.version:
                self._found(CONTACT.name, contact_id, "reverted", f"of {state.member_kind} {state.member_id}")
        missing = {key: state.version for key, state in states.items() if key not in stored}
        for contact_id in await self.uow.contacts.remember_erased(missing):
            if (state := states[contact_id]).status != "erased":
                self._found(CONTACT.name, contact_id, "lost", f"of {state.member_kind} {state.member_id}")

    async def revocations(self) -> None:
        """Take over revocations."""
        for key, event in self.known[REVOCATION.name].items():
            state: RevocationState = event.data
            revocation = Revocation(
                revocation_id=key, version=state.version, revoked_at=state.revoked_at, expires_at=state.expires_at
            )
            if await self.uow.revocations.adopt(revocation):
                self._found(REVOCATION.name, key, "adopted", "")

    async def sessions(self) -> None:
        """End all sessions, since no topic says which of them have ended since. Everybody must sign in again."""
        for session_id in await end_all_sessions(self.uow):
            self._found(REVOCATION.name, of_session(session_id), "applied", "the session has ended")

    async def states(self, topic: Topic, repository: Repository[Any], end: Callable[[Any], Any]) -> None:
        """End entries that have ended on the topic, with `end`; publish the end of entries that the database lacks."""
        states, ended = _states(self.known[topic.name]), _ENDS[topic.name]
        stored = await repository.get_many(states)
        for key, state in states.items():
            mine = stored.get(key)
            if mine is None:
                if state.status != ended:
                    self._publish_end(topic, state, state.version + self.step)
                    self._found(topic.name, key, "lost", _name(state))
                continue
            self._require_reach(state.version, mine.version)
            if mine.status in (CLAIMED, REFUSED) and state.status == DECLARED:
                self._publish_end(topic, state, mine.version + self.step)
                self._found(topic.name, key, "reverted", "a claim again, which waits to be confirmed")
            elif state.version <= mine.version:
                continue
            elif state.status == ended:
                await end(state)
                self._found(topic.name, key, "applied", ended)
            else:
                self._found(topic.name, key, "reverted", _name(state))

    def _publish_end(self, topic: Topic, state: Any, version: int) -> None:
        status = _ENDS[topic.name]
        self.uow.outbox.publish(
            topic.type_named(status), state.model_copy(update={"version": version, "status": status})
        )

    def _require_reach(self, known: int, mine: int) -> None:
        if known >= mine + self.step:
            raise StepTooSmall(self.step, known - mine + 1)

    def _found(self, topic: str, key: str, outcome: str, detail: str) -> None:
        self.findings.append(Finding(topic=topic, key=key, outcome=outcome, detail=detail))


async def take_in(known: Known, uow: RegistryRepositories, step: int) -> Sequence[Finding]:
    """Repeat ends, and end lost entries; returns a finding for each. Raises StepTooSmall."""
    taking = _TakingIn(known=known, uow=uow, step=step)
    await taking.revocations()
    await taking.contacts()
    await taking.sessions()
    await uow.flush()
    await taking.states(CITY, uow.cities, partial(_withdraw, uow, "city"))
    await taking.states(PARTNER, uow.partners, partial(_withdraw, uow, "partner"))
    await uow.flush()
    await taking.states(REQUEST, uow.requests, lambda state: close_request(state.request_id, uow))
    await taking.states(TWINNING, uow.twinnings, lambda state: retract_twinning(state.twinning_id, uow))
    return taking.findings


async def _withdraw(uow: RegistryRepositories, kind: str, state: CityState | PartnerState) -> None:
    """Withdraw the member as on the topic; data moved by a merger is at the other entry only if the backup has it."""
    merged, member_id = None, state.city_id if isinstance(state, CityState) else state.partner_id
    if state.merged_into is not None and state.merged_version is not None:
        moved = {each.former: each.now for each in state.moved_ids}
        merged = Merged(into=state.merged_into, version=state.merged_version, moved_ids=moved)
    await withdraw_member(WithdrawMember(member_kind=kind, member_id=member_id), uow, merged)


def _states(events: Mapping[str, Event[Any]]) -> dict[str, Any]:
    return {key: event.data for key, event in events.items()}


def _name(state: Any) -> str:
    """A name for the entry in findings; nothing on these topics is personal."""
    return str(getattr(state, "name", None) or getattr(state, "title", None) or state.status)
