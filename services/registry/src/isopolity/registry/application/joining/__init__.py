"""Who wants to join, until staff decides.

- `drafts`: applications that are written step by step, behind a mailed link.
- `ports`: where drafts are kept.
- `applications`: take in, confirm the address, endorse, refuse.
"""
