"""Scanning topics for people: reads from a place on, or back from it, for records that match a query.

- `conditions`: the small language of conditions on fields.
- `query`: a query, whether a record matches it, and the view of a record, masked or not.
- `scan`: reads within limits, in the order of time; keeps the records found so far, however it ends.
- `windows`: the unread rest of each partition, forwards or backwards; places as text for a URL.
"""
