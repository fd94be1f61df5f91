"""From the network to the pairs that may be proposed, and the facts about each.

- `parsed_members`: parses the states that events carry into members and requests.
- `market_source`: keeps the market of a network up to date and lends it.
- `market_update`: puts changes into a market.
- `market`: the market: members, arrays and ties at one moment.
- `what_if`: the market as if a member looked for something else.
- `programme_portfolio`: the best grants of one programme within its budget.
- `free_capacity`: the capacity that is left, of those that a search may come to.
- `candidate_search`: finds the candidates of both kinds.
- `twinnings`: finds pairs of cities: a first stage, then the full score.
- `sponsorships`: finds pairs of programmes and cities.
- `pair_score`: scores one pair, and adds affinity to scores.
- `candidate`: the two types of candidates, and all of them as arrays.
- `problem_encoding`: writes candidates as a problem in numbers for a solver.
- `visible_blockers`: what stands against a pair, as its members may see it.
- `explorer/`: the cities that a partner's criteria reach.
- `absence/`: why a member finds nobody, and what would help.
- `pair_facts`: the facts about a pair that its sentences are made of.

Invariant: nothing here knows a sentence, a proposal or a database.
"""
