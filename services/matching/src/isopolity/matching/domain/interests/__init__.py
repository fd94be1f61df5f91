"""Interests: members that ask on their own to be introduced to another.

- `interest`: an interest as a state machine, and what its asker may see of it.
- `own_acts`: reasons in a member's own acts for which it may not ask now.
"""
