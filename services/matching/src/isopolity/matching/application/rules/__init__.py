"""From the rules of a round to a problem in numbers, and back from its solution to each rule.

- `columns`: the members and the pairs of a problem as columns; which fit a filter.
- `counts`: the counts that rules limit: which pairs count for which, and the limits.
- `bound_book`: all rules of a book, bound to one problem; the problem under these rules.
- `permitted`: the pairs of a market that rules take out, before candidates are found.
- `limits`: the limits that are fixed before a round is chosen, and those that an objective sets before the total fit.
- `gains`: what rules could add to the weights of pairs that a problem omits.
- `city_groups`: the region, size, income or language of a city as the group that a floor is about.
- `floors`: soft floors, from the best choice without them to one that meets them as far as possible.
- `exposure`: floors of exposure, within which rounds use what they learned about pairs.
- `ruled_choice`: the choice under rules, what became of each rule, and which rules are in conflict.
- `smallest_change`: the search for the smallest change of rules that cannot all be kept.

Invariant: each limit of the problem can be traced back to the rule that it comes from.
"""
