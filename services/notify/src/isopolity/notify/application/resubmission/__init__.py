"""Mails that staff sends again.

- `proposals`: sends the mail of a proposal to the member's present contact; the earlier link ends.
- `unarrived`: previews and sends mails of any purpose that did not arrive, with reasons for those that cannot go.
"""
