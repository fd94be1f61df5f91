"""From the rules of a round to a problem in numbers, and back from its solution to each rule.

- `member_columns`: the members of a problem's nodes as columns; which fit a filter.
- `pair_columns`: the pairs of a problem as columns; which fit a filter.
- `counts`: the counts that rules limit: which pairs count for which, and the limits.
- `bound_book`: all rules of a book, bound to one problem; the problem under these rules.
- `rule_interference`: which rules leave another one less.
- `floors`: the limits that are fixed before a round is chosen.
- `levels`: what an objective asks for before the total fit, as rules.
- `ruled_choice`: the choice under rules, what it would be worth without them, and what became of each rule.

Invariant: each limit of the problem can be traced back to the rule that it comes from.
"""
