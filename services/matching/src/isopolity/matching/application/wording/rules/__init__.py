"""The rules of a round in sentences for its staff.

- `filter_phrases`: the members and pairs that a rule is about.
- `rule_sentences`: each rule as a sentence, and the objective.
- `outcome_sentences`: what became of each rule, and what all of them cost.

Invariant: a sentence says all that the rule says, so that who reads it need not see the file.
"""
