"""Mails that staff has sent again.

- `proposals`: the mail of a proposal, to whom its member has now; the earlier link ends.
- `unarrived`: mails of any purpose that did not arrive: which of them would go, and why others would not.
"""
