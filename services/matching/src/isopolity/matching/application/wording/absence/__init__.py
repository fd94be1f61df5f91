"""Sentences on why there is none.

- `member_sentences`: how many partners of a member each rule keeps out, and the one change that would help most.
"""
