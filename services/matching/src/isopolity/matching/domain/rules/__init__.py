"""The rules that staff gives a round, and its objective.

- `filters`: which members, and which pairs, a rule is about.
- `rule`: the kinds of rules.
- `rule_book`: all rules of a round with its objective.
- `rule_outcome`: what became of each rule.

Invariant: a rule says what it wants in the words of the domain; no position of an edge, no member's name is in it.
"""
