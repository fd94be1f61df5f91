"""Subcommands about who is in the network.

- `imports`: `isopolity import` and `isopolity demo`, files into registry.
- `exports`: `isopolity export`, files out of registry.
- `applications`: who wants to join, and staff's decision.
- `members`: members of the network, and staff's decisions about them.
- `departure`: sentences about what ends before a member leaves or is merged.
- `contacts`: people who answer for members.
- `changes`: new identities and claimed twinnings, which staff confirms.
"""
