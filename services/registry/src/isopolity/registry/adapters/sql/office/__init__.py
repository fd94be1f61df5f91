"""The office's list in registry's database, beside the people themselves, who lie with those who sign in.

- `office_requests`: what one keeper of the list asks for until a second one confirms it, and its table.
"""
