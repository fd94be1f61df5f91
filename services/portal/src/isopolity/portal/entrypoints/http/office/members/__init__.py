"""Members as the office looks after them.

- `lists`: who is silent, stale, not reached, without contact or at capacity; and a mail to those that are ticked.
- `tables/`: members in a table, lists that staff saved, and one act for many members.
- `entry`: a city or a partner is entered by hand.
- `member_page`: addresses of the pages below a member's page.
- `story`: all that is known of one member, and who answers for it.
- `contact`: one contact is changed, or made the main one.
- `why`: why few or no partners fit a member, to read out to it and not.
- `notes`: notes of the office about a member.
- `departure`: a member leaves, or comes back.
- `merger`: two entries of one member are merged.
- `undone_merger`: a merger is undone.
- `endings`: a partnership ends, or a proposal is taken back.
- `telephone`: staff enters an answer that the member gave by telephone.
- `ties`: a twinning of a city is recorded, or taken back.
- `unarrived_mails`: mails that did not arrive, and sending them again.
- `request_invitations`: cities are invited to make a request for a programme.
- `on_behalf`: staff changes a profile or a request, or starts a handover, for a member.
"""

from typing import Final

from isopolity.portal.entrypoints.http.office.members import (
    contact,
    departure,
    endings,
    entry,
    lists,
    merger,
    notes,
    on_behalf,
    request_invitations,
    story,
    telephone,
    ties,
    unarrived_mails,
    undone_merger,
    why,
)
from isopolity.portal.entrypoints.http.office.members.tables import bulk_acts, saved_lists, table

MODULES: Final = (
    *(lists, table, saved_lists, bulk_acts),
    *(entry, story, contact, notes, departure, merger, undone_merger, endings, telephone, ties),
    *(unarrived_mails, why, request_invitations, on_behalf),
)
"""The modules whose routes are pages."""
