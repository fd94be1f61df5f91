"""Rules as staff writes them: in a file of TOML, or in the body of a request.

- `values`: codes and numbers as they may be written.
- `shapes`: the fields of filters and rules.
- `kinds`: the kind of a rule by its keys, and the keys that exclude each other.
- `views`: rules and their outcomes, as HTTP answers give them.
- `rule_file`: reads a file, and reports every mistake in it in a sentence.

Invariant: each mistake in a rule is reported in one sentence that says what to change.
"""
