"""HTTP interface of matching.

- `app`: the routers, and what bootstrap installs for them.
- `context`: the ports behind the routers, and who may call them.
- `idempotent_post`: POST once per Idempotency-Key.
- `rounds`: rounds ordered, watched by server-sent events, cancelled.
- `round_schemas`: orders and views of rounds.
- `rules/`: files of rules, checked.
- `drafts/`: drafts looked at, compared, edited, published, undone.
- `proposals`: proposals, approval and discarding.
- `partnerships`: partnerships, what their sides choose to show of them, and their end.
- `partnership_schemas`: views of partnerships, and orders.
- `explanations`: who would fit a member, and why two members fit.
- `absence/`: why a member finds nobody.
- `requests`: which programmes could support what cities ask for.
- `explorer/`: which cities a partner's criteria reach.
- `money/`: portfolios of programmes.
- `members/`: interests of members, and members that staff looks after.
- `settings/`: settings as staff meets them.
- `schemas`, `pair_schemas`: views of proposals and suggestions, and of a pair explained.
- `problems`: refusals as problem details.
- `examples`: answers as the API's page shows them.
"""
