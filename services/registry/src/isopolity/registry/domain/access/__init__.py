"""Who comes in.

- `account`: contacts and people of the office as those who may sign in.
- `sign_in`: a link and a code that wait for their holder.
- `session`: what a sign-in began.
"""
