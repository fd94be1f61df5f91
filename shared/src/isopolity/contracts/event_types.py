"""Names of the services and of all event types: `isopolity.<service>.<subject>.<past tense>.v<major>`.

The catalogue gives each type its topic, its model of data and its summary. Invariant: importing it costs nothing.
"""

from typing import Final

SERVICES: Final = ("registry", "matching", "notify")

CITY_REGISTERED: Final = "isopolity.registry.city.registered.v1"
CITY_REVISED: Final = "isopolity.registry.city.revised.v1"
CITY_ENDORSED: Final = "isopolity.registry.city.endorsed.v1"
CITY_WITHDRAWN: Final = "isopolity.registry.city.withdrawn.v1"

PARTNER_REGISTERED: Final = "isopolity.registry.partner.registered.v1"
PARTNER_REVISED: Final = "isopolity.registry.partner.revised.v1"
PARTNER_ENDORSED: Final = "isopolity.registry.partner.endorsed.v1"
PARTNER_WITHDRAWN: Final = "isopolity.registry.partner.withdrawn.v1"

REQUEST_PUBLISHED: Final = "isopolity.registry.request.published.v1"
REQUEST_REVISED: Final = "isopolity.registry.request.revised.v1"
REQUEST_CLOSED: Final = "isopolity.registry.request.closed.v1"

TWINNING_DECLARED: Final = "isopolity.registry.twinning.declared.v1"
TWINNING_RETRACTED: Final = "isopolity.registry.twinning.retracted.v1"

CONTACT_CHANGED: Final = "isopolity.registry.contact.changed.v1"
CONTACT_ERASED: Final = "isopolity.registry.contact.erased.v1"

CONFIRMATION_REQUESTED: Final = "isopolity.registry.confirmation.requested.v1"

SIGN_IN_REQUESTED: Final = "isopolity.registry.sign-in.requested.v1"

REVOCATION_ISSUED: Final = "isopolity.registry.revocation.issued.v1"

PROPOSAL_ISSUED: Final = "isopolity.matching.proposal.issued.v1"
PROPOSAL_ANSWERED: Final = "isopolity.matching.proposal.answered.v1"
PROPOSAL_AGREED: Final = "isopolity.matching.proposal.agreed.v1"
PROPOSAL_DECLINED: Final = "isopolity.matching.proposal.declined.v1"
PROPOSAL_EXPIRED: Final = "isopolity.matching.proposal.expired.v1"
PROPOSAL_SUPERSEDED: Final = "isopolity.matching.proposal.superseded.v1"

PARTNERSHIP_ESTABLISHED: Final = "isopolity.matching.partnership.established.v1"
PARTNERSHIP_REVIEWED: Final = "isopolity.matching.partnership.reviewed.v1"
PARTNERSHIP_RENEWED: Final = "isopolity.matching.partnership.renewed.v1"
PARTNERSHIP_ENDED: Final = "isopolity.matching.partnership.ended.v1"

INTEREST_ENDED: Final = "isopolity.matching.interest.ended.v1"

RESPONSE_RECEIVED: Final = "isopolity.notify.response.received.v1"
RESPONSES_COMPLETED: Final = "isopolity.notify.response.completed.v1"

DELIVERY_SENT: Final = "isopolity.notify.delivery.sent.v1"
DELIVERY_DEFERRED: Final = "isopolity.notify.delivery.deferred.v1"
DELIVERY_BOUNCED: Final = "isopolity.notify.delivery.bounced.v1"
DELIVERY_FAILED: Final = "isopolity.notify.delivery.failed.v1"
DELIVERY_SUPPRESSED: Final = "isopolity.notify.delivery.suppressed.v1"
DELIVERY_UNKNOWN: Final = "isopolity.notify.delivery.unknown.v1"

CANARY_SOUNDED: Final = "isopolity.registry.canary.sounded.v1"

CANARY_RELAYED: Final = "isopolity.matching.canary.relayed.v1"

CANARY_RETURNED: Final = "isopolity.notify.canary.returned.v1"


def whole_name(name: str) -> str:
    """The whole name of a topic or a type, of which lists leave out the beginning that all have."""
    return f"isopolity.{name.removeprefix('isopolity.')}"
