"""Rules of a round as sentences with fields, and as the text of a file.

- `rule_text`: the text of a file of rules: one rule added, changed or taken out, the others as they were written.
- `members_taken_out`: rules and pairs without members that are no longer in the network.
- `groups`: a group of members as fields, and as a filter.
- `sentences`: a rule as fields, and as the keys of a file; the sentences that a form offers.

Invariant: a rule that is read into fields and written again is the same rule, or the form does not offer to change it.
"""
