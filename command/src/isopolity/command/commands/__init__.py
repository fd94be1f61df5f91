"""The subcommands, a file for each, by subject.

- `operations/`: start, watch and repair an instance.
- `members/`: who is in the network: entered, imported, decided about.
- `matching/`: pairs, from a round to partnerships.

Invariant: a file imports at its head only what the help texts need; a function imports the rest when it runs.
"""
