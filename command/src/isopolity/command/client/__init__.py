"""The client of a running instance: sends HTTP requests to the services, and renders their answers.

- `credentials`: the token that is sent: given, or signed here for the user of the command.
- `http_client`: sends requests; each failure is one sentence.
- `directory`: finds members and applicants by id or by name.
- `documents`: renders any document; reads fields written as `field=value`; lists as files, and their columns.
- `member_files`: files that registry imports and exports.
- `rounds`: starts a round, follows it to its end, finds and renders it.
- `draft_pairs`: finds drafts, edits and renders them, writes and reads them as tables.
- `draft_report`: renders and saves the report of a draft.
- `demo_network`: imports the demo network and runs a round on it.
- `events`: lists, shows and follows events.
- `journeys`: asks for the journey of one thing, and renders it.
- `status/`: the state of the network on one screen.

Invariant: it imports neither `hosting` nor `offline`, and of the services only registry's folding of names.
"""
