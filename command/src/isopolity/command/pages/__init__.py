"""The pages that `isopolity up` serves beside the portal's, in its layout, for the person at this machine.

- `guards`: opens them to who is at this machine and has the link that `up` printed.
- `demo_visit`: in the demo, as a coordinator, a foundation, staff or an operator.
- `mailbox`: the list of mails, and each mail.
- `maildir`: reads the mail box on disk.

Invariant: they get facts from functions that they are given, and import no service but the portal's layout.
"""
