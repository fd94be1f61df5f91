"""The domain of notify.

- `people`: the recipients of mails: contacts, applicants, and people who sign in.
- `proposal`: a proposal, a side's answer to it, and partnerships and interests that have ended.
- `telephone`: an answer that a member gives to staff by telephone.
- `mail`: an entry of the ledger, its states and its retries.
- `mail_reasons`: sentences for the reasons why a mail ended or waits; the reasons that make it stale.
- `mail_server`: whether the mail server accepts mails, and when it is tried again.
- `listed_member`: a member as staff's lists show it, and the port that keeps it.
- `errors`: the errors of notify.
"""
