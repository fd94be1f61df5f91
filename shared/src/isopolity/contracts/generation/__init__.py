"""Files generated from the catalogue, and the check that they are current.

- `json_schemas`: the JSON Schemas of event types and of the data that they share, and examples.
- `compatibility`: whether a changed schema fits the released ones, also those of earlier commits.
- `asyncapi`: the AsyncAPI document.
- `files`: all generated files with their content; the tables in `docs/contracts.md`.

`python -m isopolity.contracts.generation [--check]` writes the files, or prints which are stale.
"""
