"""Files of `deploy/` that are made from code, and the check that they are current.

- `alerts`: when Prometheus rings, how soon, and which step of the runbook follows.
- `files`: all generated files with their content.

`python -m deploy.generation [--check]`, from the repository's root, writes the files, or tells which are stale.
"""
