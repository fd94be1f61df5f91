"""Forms of pages, whichever page has them.

- `page_form`: what was typed, what came of sending it, and how the page shows it again.
- `optional_answers`: what a page asks the services for and can do without.
- `form_tokens`: what forms prove themselves by.
"""
