"""Maps each type of event to its handler."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from isopolity.contracts.catalogue import NOTIFY_GROUP
from isopolity.contracts.event import Event
from isopolity.contracts.event_types import (
    CANARY_RELAYED,
    CONFIRMATION_REQUESTED,
    CONTACT_CHANGED,
    CONTACT_ERASED,
    INTEREST_ENDED,
    PARTNERSHIP_ENDED,
    PROPOSAL_AGREED,
    PROPOSAL_ANSWERED,
    PROPOSAL_DECLINED,
    PROPOSAL_EXPIRED,
    PROPOSAL_ISSUED,
    PROPOSAL_SUPERSEDED,
    SIGN_IN_REQUESTED,
)
from isopolity.machine.clock import Clock, IdFactory
from isopolity.notify.application.answers import canary_relayed
from isopolity.notify.application.matching_events import (
    interest_ended,
    partnership_ended,
    proposal_agreed,
    proposal_answered,
    proposal_closed,
    proposal_issued,
)
from isopolity.notify.application.ports import ContactDirectory, NotifyUnitOfWork
from isopolity.notify.application.registry_events import (
    confirmation_requested,
    contact_changed,
    contact_erased,
    sign_in_requested,
)

TOPICS: Final = NOTIFY_GROUP.topics
"""The topics that notify consumes."""
EventHandler = Callable[[Event[Any], NotifyUnitOfWork], Awaitable[None]]


def event_handlers(directory: ContactDirectory, clock: Clock, ids: IdFactory) -> Mapping[str, EventHandler]:
    """The handlers by type of event; other types are skipped."""
    closed = partial(proposal_closed, clock=clock, ids=ids)
    return {
        CONTACT_CHANGED: partial(contact_changed, directory=directory),
        CONTACT_ERASED: contact_erased,
        CONFIRMATION_REQUESTED: partial(confirmation_requested, clock=clock, ids=ids),
        SIGN_IN_REQUESTED: partial(sign_in_requested, clock=clock, ids=ids),
        PROPOSAL_ISSUED: partial(proposal_issued, clock=clock, ids=ids),
        PROPOSAL_ANSWERED: partial(proposal_answered, ids=ids),
        PROPOSAL_AGREED: partial(proposal_agreed, clock=clock, ids=ids),
        PROPOSAL_DECLINED: closed,
        PROPOSAL_EXPIRED: closed,
        PROPOSAL_SUPERSEDED: closed,
        PARTNERSHIP_ENDED: partial(partnership_ended, clock=clock, ids=ids),
        INTEREST_ENDED: partial(interest_ended, clock=clock, ids=ids),
        CANARY_RELAYED: partial(canary_relayed, clock=clock),
    }
