"""Why none, why not.

- `members`: why a member finds nobody, for itself or staff.
- `missed_pairs`: why a member, or a pair, is not in a round, for staff.
- `schemas`, `missed_pair_schemas`: views of these.
- `examples`: answers as the API's page shows them.
"""
