"""HTTP interface of matching.

- `app`: the routers, and what bootstrap installs for them.
- `context`: the ports behind the routers.
- `access`: who may do what.
- `rounds`: rounds ordered, watched, cancelled, and their certificates.
- `round_schemas`, `round_progress`: orders and views of rounds, and their progress as server-sent events.
- `proposals`: proposals and partnerships, approval and discarding.
- `explanations`: who would fit a member, and why two members fit.
- `schemas`, `pair_schemas`: views of proposals, partnerships and suggestions, and of a pair explained.
- `paging`: cursors of lists.
- `problems`: refusals as problem details.
- `examples`: answers as the API's page shows them.
"""
