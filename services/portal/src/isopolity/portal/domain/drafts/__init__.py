"""Drafts of rounds, as the office edits and looks at them.

- `mail_text`: the text of a mail, without the breaks of its own width.
- `ticked`: pairs that are ticked in a form.
"""
