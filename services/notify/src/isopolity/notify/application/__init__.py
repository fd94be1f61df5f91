"""The use cases of notify, in the order of a proposal's life; each takes its transaction as `uow`.

- `letters`: the data that each letter is written from, and its writer.
- `mailers`: ports to the mail server; `ports`: all other ports.
- `contacts`, `proposal_mails`, `partnership_ends`, `interest_ends`, `confirmations`: events of registry and
  matching, which enter mails.
- `resubmission`: mails that staff sends again, and their previews.
- `mails`: new mails, events about their outcomes, and people's decisions about them.
- `mail_content`: looks up the data of a mail when it is due.
- `introductions`: contacts of partners, for members that have signed in.
- `previews`: a proposal's mails, written and not sent.
- `dispatch`: claims mails, hands them over, and records their outcomes and the state of the mail server.
- `answers`: the answer page's invitation, and the answer.
- `signals`: the watermark of answers, and the canary.
- `restoration`: brings a database that was restored from a backup up to date with the topics.

Anything that happens to a mail after it was sent (a bounce, a reminder, a complaint) belongs in a file of its own here.
"""
