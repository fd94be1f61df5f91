"""A draft of a round under hold.

- `draft`: its states and its edits.
- `pairs_by_hand`: which pairs people put in or left out.
- `draft_numbers`: the choice that is edited, and whose the nodes are.
- `order`: the request or event that ordered what is done later.
"""
