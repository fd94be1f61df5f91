"""notify: mails proposals with their reasons, takes the answers, and knows what became of each mail.

- `entrypoints/`: all that comes in: events, requests, time that passes.
- `application/`: what notify does about it, on ports.
- `domain/`: mails and their states, proposals, contacts, answers.
- `adapters/`: the ports on a database, a mail server, registry, templates.
- `templates/`: the texts of mails and pages; `locale/` beside it would hold their catalogues of other languages.
- `migrations/`: the tables of each release.
- `settings`, `mailers`: what a deployer sets, and the mailer that the settings name.
- `bootstrap`, `republish`: put it all together, to run and to publish all state again.
"""
