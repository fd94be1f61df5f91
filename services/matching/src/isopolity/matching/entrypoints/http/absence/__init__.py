"""Explanations of why a member has no partner, or why a pair is not in a round.

- `members`: why a member has no partner, for itself or staff.
- `missed_pairs`: why a member, or a pair, is not in a round, for staff.
- `schemas`, `missed_pair_schemas`: views of these.
- `examples`: example answers for the API's documentation.
"""
