"""Rules as staff writes them: in a file of TOML, or in the body of a request.

- `shapes`: the fields of filters and rules, with codes and numbers as they may be written.
- `kinds`: the kind of a rule by its keys, and the keys that exclude each other.
- `rule_file`: reads a file, and reports every mistake in it in a sentence.
- `written`: a rule book as a file.

Invariant: each mistake in a rule is reported in one sentence that says what to change.
"""
