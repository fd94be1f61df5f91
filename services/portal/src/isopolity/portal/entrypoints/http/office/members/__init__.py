"""Members as the office looks after them.

- `lists`: who is silent, stale, not reached, without contact or at capacity; and a mail to those that are ticked.
- `story`: all that is known of one member, and who answers for it.
- `unarrived_mails`: mails that did not arrive, and sending them again.
- `mail_recipients`: who of its contacts gets the mails.
- `profile_on_behalf`: its profile is changed for it.
"""

from typing import Final

from isopolity.portal.entrypoints.http.office.members import lists, profile_on_behalf, story, unarrived_mails

MODULES: Final = (lists, story, unarrived_mails, profile_on_behalf)
