"""People who sign in, and their sessions.

- `account`: contacts and people of the office who may sign in.
- `sign_in`: a mailed link and code, until they are used.
- `second_factor`: the app that shows codes, which staff signs in with beside the mail.
- `enrolment_code`: the code for enrolling a second factor, made to be read over the telephone.
- `passkey`: a key pair on a device, with which its person signs in.
- `office_request`: changes of the office's list that need two people.
- `session`: a session and its refresh tokens.
"""
