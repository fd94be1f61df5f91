"""Masking: what any operator may see of an event.

- `masked_fields`: which fields of the contracts are masked, and how their data reads then.
- `seen_events`: a record as it may be seen: its envelope and its data, masked or not.
"""
