"""Why none, why not.

- `members`: why a member finds nobody, for itself or staff.
- `schemas`: views of that.
- `examples`: answers as the API's page shows them.
"""
