"""Scanning topics for people who look: from a place on, or back from it, for records that fit a query.

- `conditions`: the small language of conditions on fields.
- `query`: a query, whether a record fits it, and records as people see them, masked or not.
- `scan`: reads within limits, in the order of time; what was read so far is kept, whatever ends it.
- `windows`: the rest of each partition, forwards or backwards; places as a text that an address can hold.
"""
