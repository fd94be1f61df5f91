"""Scanning topics for people who look: from a place on, or back from it, for records that fit what is asked.

- `places`: offsets by partition, as a text that an address can hold.
- `conditions`: the small language of conditions on fields.
- `query`: what is asked, and whether a record fits it.
- `seen_records`: records as they are told, masked or not.
- `scan`: reads within limits, in the order of time; what was read so far is kept, whatever ends it.
- `windows`: what each partition still has to give, forwards or backwards.
"""
