"""The rules that staff gives a round, and its objective.

- `filters`: the members, and the pairs, that a rule is about.
- `rule`: the kinds of rules.
- `rule_book`: all rules of a round with its objective.
- `rule_outcome`: the outcome of each rule.

Invariant: a rule is stated in terms of the domain; it contains no position of an edge and no member's name.
"""
