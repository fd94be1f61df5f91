"""People who sign in, and their sessions.

- `account`: contacts and people of the office who may sign in; changes of the office's list that need two people.
- `session`: a mailed link and code until they are used, the session that they begin, and revoked tokens.
- `second_factor`: the app that shows codes, the code for enrolling it, and passkeys.
"""
