"""From the network to the pairs that may be proposed, and the facts about each.

- `parsed_members`: parses the states that events carry into members and requests.
- `market_source`: keeps the market of a network up to date and lends it.
- `market_update`: puts changes into a market.
- `market`: the market: members, arrays and ties at one moment; the public part of it.
- `what_if`: the market as if a member looked for something else.
- `programme_portfolio`: the best grants of one programme within its budget.
- `criteria`: a programme that may not exist yet, and which of its cities are looked at.
- `found_cities`: the cities that criteria reach, each with its fit and what blocks it; their sums.
- `candidate_search`: finds the candidates of both kinds, among the holders that have capacity left.
- `all_pairs/`: all pairs of a market, with their full scores.
- `twinnings`: finds pairs of cities: a first stage, then the full score.
- `sponsorships`: finds pairs of programmes and cities.
- `pair_status`: one pair: its score, its blockers as its members may see them, its status.
- `pair_cells`: the cells of pairs, by which answers to them are counted.
- `candidate`: the two types of candidates, and all of them as arrays.
- `problem_encoding`: writes candidates as a problem in numbers for a solver.
- `absence/`: why a member finds no partner, and what would help.
- `pair_facts`: the facts about a pair that its sentences are made of.

Invariant: nothing here knows a sentence, a proposal or a database.
"""
