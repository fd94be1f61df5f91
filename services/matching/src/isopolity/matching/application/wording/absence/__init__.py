"""Sentences on why there is none.

- `member_sentences`: how many partners of a member each rule keeps out, and the one change that would help most.
- `missed_pair_sentences`: why a pair is not in a round, for staff.
- `round_sentences`: why a round is empty, for staff.
"""
