"""Subcommands that start, watch and repair an instance.

- `up`: everything in one process.
- `status`: whether everything flows.
- `doctor`: tries everything that the settings name.
- `keys`: makes the network's keys, and shows their public halves.
- `tokens`: bearer tokens, signed with the command's key, and revoked.
- `people`: staff and operators, who sign in.
- `mail`: the ledger of mails.
- `events`: the event streams, read from the broker.
- `journey`: one thing through all services.
- `dead_letters`: what consumers gave up, and how to let them try again.
- `offsets`: where consumer groups stand, paused and resumed.
- `audit`: who did what to whom.
- `republish`: services publish all their state again.
"""
