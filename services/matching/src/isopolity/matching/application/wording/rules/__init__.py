"""The rules of a round in sentences for its staff.

- `filter_phrases`: the members and pairs that a rule is about.
- `rule_sentences`: each rule as a sentence, and the objective.

Invariant: a sentence says all that the rule says, so that who reads it need not see the file.
"""
