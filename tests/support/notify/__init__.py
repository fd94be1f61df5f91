"""notify under test.

- `events`: events, contacts and letters about Turku (side a) and Medellín (side b).
- `letters`: letters to write, and the text of one as its reader sees it.
- `known_contacts`: fake registries for notify: over HTTP, or as ports that a test fills.
- `memory_mailer`: a mailer that keeps mails in memory.
- `fakes`: repositories and unit of work in memory.
- `with_registry`: notify and registry running together.
- `bench`: notify in memory or on a database, everything else injected.
"""
