"""Programs forked from a server that has imported everything, so that their start takes a fraction of a second.

Tests of the start itself start programs as users do.

- `server`: the server, one in a process of tests.
- `imported`: the modules that it imports.
- `programs`: a forked program with the interface of `subprocess.Popen`.
"""
