"""The HTTP interface of matching.

- `app`: the routers, and the context that bootstrap installs for them; errors as problem details.
- `context`: the ports behind the routers, the rights to call them, and POST once per Idempotency-Key.
- `rounds/`: rounds, their rules, drafts and publications, and why a pair is not in a round.
- `proposals`: proposals, approval and discarding.
- `partnerships`: partnerships, whether their sides show them publicly, and their end.
- `explanations`: suggested partners of a member, and explanations of pairs.
- `possible_partners`: who would fit a member, as it is or as it would be.
- `absence`: why a member has no partner.
- `interests`: interests of members, their own answers, and members that staff looks after.
- `departures`: what a departure or a merger would do, and what it did.
- `requests`: open requests, with the programmes that could support them.
- `explorer`: the cities that a partner's criteria reach.
- `money/`: portfolios of programmes, and the cities that could ask them for money.
- `legal_acts`: the binding legal acts that the network lists.
- `settings`: the settings that staff can read or choose.
- `schemas`, `pair_schemas`: views of proposals and suggestions, and of a pair explained.
- `view`: the base of all schemas, and their examples, which `examples.json` has.
"""
