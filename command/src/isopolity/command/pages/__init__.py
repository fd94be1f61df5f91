"""The pages that `isopolity up` serves beside the services, for the person at this machine.

- `application`: all pages as one application.
- `guards`: refuses requests from other machines, and to the mail box without its link.
- `home`: the overview, with the network in numbers, and the way to the services' API.
- `mailbox`: the list of mails, and each mail.
- `maildir`: reads the mail box on disk.
- `templating`: makes HTML from the templates.

Invariant: they get numbers and facts from functions that they are given, and import neither client nor service.
"""
