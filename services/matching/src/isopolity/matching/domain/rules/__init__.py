"""The rules that staff gives a round, and its objective.

- `pair_rules`: pairs that must, or must never, be chosen.
- `filters`: the members, and the pairs, that a rule is about.
- `floors`: soft floors for groups of cities, by region, size, income and language.
- `rule_book`: the kinds of rules, all rules of a round with its objective, and the outcome of each rule.
- `changes`: changes of an order that let a round that failed be run.

Invariant: a rule is stated in terms of the domain; it contains no position of an edge and no member's name.
"""
