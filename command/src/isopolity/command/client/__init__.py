"""The client of a running instance: sends HTTP requests to the services, and prints their answers.

- `credentials`: the token that is sent: given, or signed here for the user of the command.
- `http_client`: sends requests; each failure is one sentence.
- `directory`: finds members and applicants by id or by name.
- `documents`: prints any document; reads fields written as `field=value`, and prints what a change changed.
- `listings`: lists as files, and their columns.
- `member_files`: files that registry imports and exports.
- `rounds`: starts a round, follows it to its end, finds and prints it.
- `pair_rendering`: prints pairs with their reasons, suggestions, reasons for an absence, and portfolios.
- `drafts/`: drafts found, edited, printed, as tables; their report.
- `demo_network`: imports the demo network and runs a round on it.
- `events`: lists, shows and follows events.
- `journeys`: asks for the journey of one thing, and prints it.
- `status/`: the state of the network on one screen.
- `departures`: sentences on the consequences of a member's departure or merger.

Invariant: it imports neither `hosting` nor `offline`, and of the services only registry's folding of names.
"""
