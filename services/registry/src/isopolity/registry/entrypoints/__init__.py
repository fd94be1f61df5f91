"""Entry points of registry: the HTTP interface, and import and export files.

- `field_types`: types of single fields, with bounds, code lists and sentences.
- `inputs`: models of inputs, for HTTP and files.
- `examples`: examples for the OpenAPI document.
- `http/`: the HTTP interface.
- `imports/`: import files.
- `exports/`: export files and templates.
- `contact_changes_due`: a task that makes changes of contacts whose time to object is over.
- `unasked_contacts`: a task that asks contacts for confirmation who were never asked, as after an upgrade.
- `demonstration`: sessions of made-up people, for demonstrations of a made-up network.
"""
