"""notify under test.

- `events`: events, contacts and letters about Turku (side a) and Medellín (side b).
- `letters`: letters to write, and what a reader sees of one.
- `known_contacts`: registry as notify asks it: over HTTP, or ports that a test fills.
- `memory_mailer`: a mailer that keeps mails in memory.
- `fakes`: repositories and unit of work in memory.
- `with_registry`: notify and registry together, at work.
- `bench`: notify in memory or on a database, everything else injected.
"""
