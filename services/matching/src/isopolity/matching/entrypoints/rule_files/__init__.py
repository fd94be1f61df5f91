"""Rules as staff writes them: in a file of TOML, or in the body of a request.

- `values`: codes and numbers as they may be written.
- `shapes`: the fields of filters and rules.
- `kinds`: which kind of rule is meant, and what does not go together.
- `views`: rules and what became of them, as answers tell them.
- `rule_file`: a file read, and everything that is wrong in it told in sentences.

Invariant: whatever is wrong with a rule is told in one sentence that says what to change.
"""
