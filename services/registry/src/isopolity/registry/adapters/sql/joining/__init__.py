"""Drafts, letters, commissions and consultations in registry's database.

- `joining_tables`: drafts of applications; letters of the office; National Commissions and consultations.
- `drafts`: the DraftRepository.
- `letters`: the LetterRepository.
- `commissions`: repositories of National Commissions and consultations.
- `joining_kinds`: how long each of these is kept.
"""
