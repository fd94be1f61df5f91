"""The desk of a partner: its programmes, and the cities that it could support.

- `admission`: who acts for a partner sees a page, and others are led on.
- `own_programmes`: a partner's programmes as registry has them, and their change.
- `overview`: the list of programmes; opening and closing one.
- `editing`: a programme as a form.
"""
