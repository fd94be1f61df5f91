"""The pages that `isopolity up` serves beside the portal's, in its layout, for the person at this machine.

- `guards`: opens them to the person at this machine who has the link that `up` printed; visits of the demo network.
- `mailbox`: the list of mails, and each mail.

Invariant: they get facts from functions that they are given, and import no service but the portal's layout.
"""
