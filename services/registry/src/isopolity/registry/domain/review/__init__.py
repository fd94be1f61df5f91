"""Decides which changes take effect at once and which wait for staff.

- `slips`: recognises texts that differ only by a typing error.
- `changes`: the fields of a changed entry that take effect, and those that are held back.
- `requests`: new requests, and changes of requests, that wait for staff.
"""
