"""Who wants to join, in registry's database, beside applications.

- `joining_tables`: letters that the office owes about applications.
- `drafts`: applications that are written step by step, as a DraftRepository.
- `letters`: these letters, as a LetterRepository.
- `joining_kinds`: how long each of these is kept.
"""
