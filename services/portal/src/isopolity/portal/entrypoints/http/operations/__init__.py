"""The operator's console: whether events flow from service to service, and what to do where they do not.

- `admission`: who acts as an operator sees a page, and others are led on.
- `reports`: what the services report, each by itself.
- `hops`: the way of events from member to mail and back, hop by hop.
- `flow`: that way on one page, what is wrong first.
- `topics`, `groups`: what is on the log, and what waits for whom.
- `group`, `resets`: one group, paused, resumed and reset.
- `dead_letters`: what could not be handled, and its way out.
- `letter_causes`: dead letters grouped by cause.
- `letter_fates`: what became of those that were sent again.
- `members`: members by their public names.
- `journeys`: one thing through all services, and where it stands.
- `events/`: what is on the log: browsed, searched, followed; and the contracts.
- `files`: these lists for spreadsheets.
- `audit`: acts of operators, with their names.
- `steps`: what to do about each kind of trouble, as the runbook says.
"""

from typing import Final

from isopolity.portal.entrypoints.http.operations import (
    audit,
    dead_letters,
    events,
    flow,
    group,
    groups,
    journeys,
    steps,
    topics,
)

MODULES: Final = (flow, topics, *events.MODULES, groups, group, dead_letters, journeys, audit, steps)
"""The modules whose routes are pages."""
