"""Members as the office looks after them.

- `lists`: who is silent, stale, not reached, without contact or at capacity; and a mail to those that are ticked.
- `story`: all that is known of one member, and who answers for it.
- `unarrived_mails`: mails that did not arrive, and sending them again.
- `request_invitations`: cities are invited to make a request for a programme.
- `on_behalf`: staff changes a profile, or starts a handover, for a member.
"""

from typing import Final

from isopolity.portal.entrypoints.http.office.members import (
    lists,
    on_behalf,
    request_invitations,
    story,
    unarrived_mails,
)

MODULES: Final = (lists, story, unarrived_mails, request_invitations, on_behalf)
"""The modules whose routes are pages."""
