"""Maps each type of event to its handler."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from isopolity.contracts import event_types
from isopolity.contracts.catalogue import CITY, NOTIFY_GROUP, PARTNER
from isopolity.contracts.event import Event
from isopolity.machine.clock import Clock, IdFactory
from isopolity.notify.application import matching_events, registry_events
from isopolity.notify.application.answers import canary_relayed
from isopolity.notify.application.ports import ContactDirectory, NotifyUnitOfWork

TOPICS: Final = NOTIFY_GROUP.topics
"""The topics that notify consumes."""
EventHandler = Callable[[Event[Any], NotifyUnitOfWork], Awaitable[None]]


_OF_MEMBERS: Final = tuple(each.name for topic in (CITY, PARTNER) for each in topic.types)


def event_handlers(directory: ContactDirectory, clock: Clock, ids: IdFactory) -> Mapping[str, EventHandler]:
    """The handlers by type of event; other types are skipped."""
    closed = partial(matching_events.proposal_closed, clock=clock, ids=ids)
    return {
        **dict.fromkeys(_OF_MEMBERS, registry_events.member_changed),
        event_types.CONTACT_CHANGED: partial(registry_events.contact_changed, directory=directory),
        event_types.CONTACT_ERASED: registry_events.contact_erased,
        event_types.CONFIRMATION_REQUESTED: partial(registry_events.confirmation_requested, clock=clock, ids=ids),
        event_types.SIGN_IN_REQUESTED: partial(registry_events.sign_in_requested, clock=clock, ids=ids),
        event_types.PROPOSAL_ISSUED: partial(matching_events.proposal_issued, clock=clock, ids=ids),
        event_types.PROPOSAL_ANSWERED: partial(matching_events.proposal_answered, ids=ids),
        event_types.PROPOSAL_AGREED: partial(matching_events.proposal_agreed, clock=clock, ids=ids),
        event_types.PROPOSAL_DECLINED: closed,
        event_types.PROPOSAL_EXPIRED: closed,
        event_types.PROPOSAL_SUPERSEDED: closed,
        event_types.PARTNERSHIP_ENDED: partial(matching_events.partnership_ended, clock=clock, ids=ids),
        event_types.INTEREST_ENDED: partial(matching_events.interest_ended, clock=clock, ids=ids),
        event_types.CANARY_RELAYED: partial(canary_relayed, clock=clock),
    }
