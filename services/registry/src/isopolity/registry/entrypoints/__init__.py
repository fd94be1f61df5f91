"""Entry points of registry: the HTTP interface, and import and export files.

- `field_types`: types of single fields, with bounds, code lists and sentences.
- `inputs`: models of inputs, for HTTP and files; each field is a column of an import, too.
- `examples`: examples for the OpenAPI document, which `examples.json` has.
- `http/`: the HTTP interface.
- `imports/`: import files.
- `export_file`: stored entries in the form of imports, as CSV, a workbook or JSON.
- `template`: a workbook to fill in, with drop-downs and code lists; the columns of each table, for `docs/imports.md`.
- `due_tasks`: tasks that make changes of contacts whose time to object is over, and ask contacts for confirmation.
- `demonstration`: sessions of made-up people, for demonstrations of a made-up network.
"""
