"""Programs forked from a server that has imported everything, so that their start takes a fraction of a second.

What a test's subject is the start of, it starts itself, as users do.

- `server`: the server, one in a process of tests.
- `imported`: what it imports.
- `programs`: a forked program, to be used as one that `subprocess` started.
"""
