"""notify under test.

- `events`: events, contacts and letters about Turku (side a) and Medellín (side b).
- `letters`: letters to write.
- `mime_texts`: texts and names that are hard for a mail.
- `known_contacts`: a registry that knows every contact, over HTTP.
- `memory_mailer`: a mailer that keeps mails in memory.
- `bench`: notify on a database, everything else injected.
"""
