"""Forms of pages, whichever page has them.

- `page_form`: what was typed, what came of sending it, and how the page shows it again.
- `kept_forms`: a form that is sent after the end of its session.
- `uploads`: forms that bring a file.
"""
