"""The client of a running instance: it speaks HTTP, and prints what the services answer.

- `actor`: names the user of the command for the audit.
- `credentials`: the token that is sent: given, or signed here.
- `http_client`: sends requests; each failure is one sentence.
- `directory`: finds members of any status, and applicants.
- `member_names`: finds the member that a name on the command line means.
- `files/`: files that are imported or exported, and lists as files.
- `round_watch`: starts a round and follows it to its end.
- `field_values`: fields written as `field=value`, and what a change changed.
- `questions`: asks before what sends mail.
- `drafts/`: drafts found, edited, printed, as tables; their report.
- `demo_network`: imports the demo network and runs a round on it.
- `events`: lists, shows and follows events, as the services tell them.
- `status/`: how the network is, on one screen.
- `journeys`: asks for the journey of one thing, and prints it.
- `rendering`: prints any document, a proposal, a pair with its reasons, suggestions, and a round.
- `portfolios`: prints the portfolio of a programme.
- `absence_rendering`: prints why there is none.

Invariant: it imports neither `hosting` nor `offline`, and of the services only registry's folding of names.
"""
