"""The use cases of notify, in the order of a proposal's life; each takes its transaction as `uow`.

- `letters`: what each letter is written from, and who writes it.
- `mailers`: the mail server, as they see it; `ports`: all else that they need from outside.
- `contacts`, `proposal_mails`, `partnership_ends`, `interest_ends`, `confirmations`: events of registry and
  matching, which enter mails.
- `resubmission`: mails that staff has sent again, or previews.
- `mails`: a new mail, the event that tells what became of one, people's decisions about one.
- `mail_content`: all that a mail is written from, looked up when it is due.
- `introductions`: whom to write to at a partner, for who has signed in.
- `previews`: a proposal's mails, written and not sent.
- `dispatch`: claims mails, hands them over, records their outcomes, and how the mail server is.
- `answers`: the answer page's invitation, and the answer.
- `signals`: the watermark of answers, and the canary.
- `restoration`: what the topics tell a notify that was restored from a backup.

What becomes of a mail after it was sent (a bounce, a reminder, a complaint) belongs into a file of its own here.
"""
