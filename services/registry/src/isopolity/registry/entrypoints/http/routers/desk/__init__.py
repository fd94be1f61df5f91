"""What a partner keeps for itself.

- `admission`: a partner's own contacts alone, and neither staff nor others.
- `shortlists`: cities that it looks at, with notes.
- `selections`: selections of its explorer, under names.
"""
