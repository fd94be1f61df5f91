"""Interests: members that ask by themselves to be introduced to another.

- `interest`: an interest as a state machine, and what its asker may see of it.
- `own_acts`: why a member may not ask now, by what it did itself.
"""
