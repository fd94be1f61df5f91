"""The operator's console: whether events flow from service to service, and what to do where they do not.

- `reports`: what the services report, each by itself.
- `hops`: the way of events from member to mail and back, hop by hop.
- `flow`: that way on one page, troubles first; what to do about each; acts of operators.
- `topics`: what is on the log, and the contracts of its events.
- `groups`: the groups of consumers, and the events that wait for each; one group, paused, resumed and reset.
- `dead_letters`: what could not be handled, and its way out.
- `letters`: dead letters by cause, and what became of those that were sent again.
- `journeys`: one thing through all services, and where it stands.
- `events/`: what is on the log: browsed, searched, followed.
"""

from typing import Final

from isopolity.portal.entrypoints.http.operations import dead_letters, events, flow, groups, journeys, topics

MODULES: Final = (flow, topics, *events.MODULES, groups, dead_letters, journeys)
"""The modules whose routes are pages."""
