"""A draft of a round under hold.

- `draft`: its states and its edits.
- `draft_numbers`: the choice that is edited, and whose the nodes are.
"""
