"""Entrypoints of registry: what comes in over HTTP and in files.

- `field_types`: single fields: bounds, code lists, sentences.
- `inputs`: models of what comes in, for both.
- `examples`: examples for the OpenAPI document.
- `http/`: the HTTP interface.
- `imports/`: files of many rows.
- `exports/`: files that are handed out.
- `contact_changes_due`: changes of contacts whose time to object is over.
- `unasked_contacts`: contacts that no mail has asked to confirm their address, such as after an upgrade.
- `demonstration`: sessions of made-up people, for a program that shows a made-up network.
"""
