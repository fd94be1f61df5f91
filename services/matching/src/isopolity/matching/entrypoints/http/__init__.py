"""The HTTP interface of matching.

- `app`: the routers, and the context that bootstrap installs for them.
- `context`: the ports behind the routers, and the rights to call them.
- `idempotent_post`: POST once per Idempotency-Key.
- `rounds`: request, watch (by server-sent events) and cancel rounds.
- `round_schemas`: orders and views of rounds.
- `rules/`: check files of rules.
- `drafts/`: read, compare, edit, publish and undo drafts.
- `proposals`: proposals, approval and discarding.
- `partnerships`: partnerships, whether their sides show them publicly, and their end.
- `partnership_schemas`: views of partnerships, and orders.
- `explanations`: suggested partners of a member, and explanations of pairs.
- `absence/`: why a member has no partner or is not in a round.
- `requests`: open requests, with the programmes that could support them.
- `explorer/`: the cities that a partner's criteria reach.
- `money/`: portfolios of programmes.
- `members/`: interests of members, and members that staff looks after.
- `settings/`: the settings that staff can read or choose.
- `schemas`, `pair_schemas`: views of proposals and suggestions, and of a pair explained.
- `problems`: errors as problem details.
- `examples`: example answers for the API's documentation.
"""
