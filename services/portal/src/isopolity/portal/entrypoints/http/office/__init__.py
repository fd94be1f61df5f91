"""The pages of the network's office, for staff.

- `desk`: the tasks of the office in queues, and the person of staff who has taken each.
- `search`: members, people, applications, requests, programmes and mails by one field in the header.
- `applications`: applications are admitted or refused.
- `changes`: changes of identity, contacts and programmes that wait for a decision.
- `audit`: what was done, by whom.
- `imports`: files of members are looked at, and imported.
- `done_imports`: imports that were done are taken back.
- `import_work`: their page while registry works on one in the background.
- `import_headings`: the headings of a file, a part of them at a time.
- `import_forms`: how a file is read, and corrections of its rows, as forms state them.
- `members/`: members that need attention, and all that is known of one.
- `rounds/`: rounds and their drafts.
- `settings`: what staff chooses for the network, the settings of all services, addresses of National Commissions.
- `people`: who is staff, with which rights.
"""

from typing import Final

from isopolity.portal.entrypoints.http.office import (
    applications,
    audit,
    changes,
    desk,
    done_imports,
    imports,
    members,
    people,
    rounds,
    search,
    settings,
)

MODULES: Final = (
    *(desk, search, applications, changes, audit, done_imports, imports, settings, people),
    *members.MODULES,
    *rounds.MODULES,
)
"""The modules whose routes are pages."""
BODY_LIMITS: Final = {imports.PATH: imports.BODY_LIMIT, **rounds.BODY_LIMITS}
"""Limits in bytes of those that take a file."""
