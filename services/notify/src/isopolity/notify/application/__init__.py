"""The use cases of notify, in the order of a proposal's life; each takes its transaction as `uow`.

- `letters`: the data that each letter is written from, and the ports that write letters and hand them over.
- `ports`: all other ports.
- `registry_events`, `matching_events`: events of registry and matching, which change contacts and enter mails.
- `mails`: new mails, reminders of staff, events about outcomes, and people's decisions about them.
- `resubmission`: mails that staff sends again, and their previews.
- `mail_content`: looks up the data of a mail when it is due.
- `introductions`: contacts of partners, for members that have signed in.
- `previews`: a proposal's mails, written and not sent.
- `sender`: claims mails, hands them over, and records their outcomes.
- `issues`: asks registry for the recipients and secrets of letters, and reports their outcomes.
- `mail_server`: derives the state of the mail server from a wave's answers, and probes a server that is away.
- `answers`: the answer page's invitation, the answer, and the watermark of answers.
- `telephone`: answers by telephone, and how a contact confirms a yes; `telephone_mails`: the mails about them.
- `restoration`: brings a database that was restored from a backup up to date with the topics.

Anything that happens to a mail after it was sent (a bounce, a complaint) belongs in a file of its own here.
"""
