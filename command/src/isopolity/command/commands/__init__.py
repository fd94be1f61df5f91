"""The subcommands, a file for each.

Invariant: a file imports at its head only what the help texts need; a function imports the rest when it runs.
"""
