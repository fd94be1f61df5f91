"""Lines of journals, as the services tell them."""

from collections.abc import Callable, Mapping
from typing import Final

from isopolity.client.operations.models import JournalLine

_IDS: Final[Mapping[str, Callable[[JournalLine], str | None]]] = {
    "member": lambda line: line.member_id,
    "proposal": lambda line: line.proposal_id,
    "partnership": lambda line: line.partnership_id,
    "mail": lambda line: line.mail_id,
    "correlation": lambda line: line.correlation_id,
    "event": lambda line: line.event_id,
}


def id_in(line: JournalLine, kind: str) -> str | None:
    """The id of the thing of this kind that the event is about; of a member the first."""
    return _IDS[kind](line)
