"""notify: mails proposals with their reasons, takes the answers, and knows what became of each mail.

- `entrypoints/`: handlers of events, HTTP routes, and loops that run by the clock.
- `application/`: the use cases, on ports.
- `domain/`: mails and their states, proposals, contacts, answers.
- `adapters/`: the ports on a database, a mail server, registry, templates.
- `templates/`: the texts of mails and pages; `locale/` beside it would hold their catalogues of other languages.
- `migrations/`: the tables of each release.
- `settings`: the values that a deployer sets.
- `bootstrap`, `republish`: put the service together, to run it and to publish all its state again.
"""
