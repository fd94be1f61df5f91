"""A draft of a round under hold.

- `draft`: its states and its edits.
- `pairs_by_hand`: which pairs people put in or left out.
- `draft_numbers`: the choice that is edited, and whose the nodes are.
- `draft_report`: the report of pairs, and the frozen one of a publication.
- `publication_record`: a publication of a round, with what its certificate proves.
- `order`: the request or event that ordered what is done later.
"""
