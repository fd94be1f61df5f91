"""Files generated from the catalogue, and the check that they are current.

- `history`: the schemas that were committed before.
- `json_schemas`: the JSON Schema of each event type.
- `examples`: an example of each event type, made from its schema.
- `asyncapi`: the AsyncAPI document.
- `reference_table`: the tables in `docs/contracts.md`.
- `files`: all generated files with their content.

`python -m isopolity.contracts.generation [--check]` writes the files, or tells which are stale.
"""
