"""A draft of a round under hold.

- `draft`: its states and its edits.
- `pairs_by_hand`: the pairs that people put in or left out.
- `draft_numbers`: the choice that is edited, and the holder of capacity of each node.
- `draft_report`: the report of pairs, and the frozen one of a publication.
- `publication_record`: a publication of a round, with what its certificate proves.
- `order`: the request or event that caused later work.
"""
