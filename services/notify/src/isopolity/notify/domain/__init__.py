"""The things that notify knows, without any technology.

- `people`: contacts, applicants and who signs in, whom it writes to.
- `proposal`: what it writes about, and what a side can say to it.
- `partnership`: a partnership that has ended.
- `interest`: the wish of a member to be introduced, of which nothing came.
- `mail`: an entry of the ledger, its states and when it is tried again.
- `mail_reasons`: why a mail ended or waits, in words; which reasons say that it was stale.
- `mail_server`: whether the mail server takes mails, and when it is tried.
- `errors`: all that can go wrong.
"""
