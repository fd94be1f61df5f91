"""The use cases of notify, in the order of a proposal's life; each takes its transaction as `uow`.

- `ports.py`: all that they need from outside.
- `contacts.py`, `proposals.py`, `confirmations.py`: events of registry and matching, which enter mails.
- `mails.py`: a new mail, and the event that tells what became of one.
- `correspondence.py`: all that a mail is written from, looked up when it is due.
- `sender.py`: claims mails, hands them over, records their outcomes.
- `answers.py`: the answer page's invitation, and the answer.
- `decisions.py`: people's decisions about a mail: an unknown one is resolved, a link is ended.
- `signals.py`: the watermark of answers, and the canary.
- `restoration.py`: what the topics tell a notify that was restored from a backup.

What else becomes of a mail one day (a bounce, a reminder, a complaint) belongs beside `decisions.py`, as a file that
takes a mail from `sent` on.
"""
