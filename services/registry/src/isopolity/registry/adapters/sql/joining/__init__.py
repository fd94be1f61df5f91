"""Who wants to join, in registry's database, beside applications.

- `joining_tables`: drafts of applications; letters that the office owes; National Commissions and what they say.
- `drafts`: applications that are written step by step, as a DraftRepository.
- `letters`: these letters, as a LetterRepository.
- `commissions`: National Commissions, and what they say, as repositories.
- `joining_kinds`: how long each of these is kept.
"""
