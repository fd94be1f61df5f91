"""Why none, why not.

- `members`: why a member finds nobody, for itself or staff.
- `standing`: why a member, or a pair, is not in a round, for staff.
- `schemas`, `standing_schemas`: views of these.
- `examples`: answers as the API's page shows them.
"""
