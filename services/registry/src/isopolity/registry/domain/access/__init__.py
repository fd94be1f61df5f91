"""Who comes in.

- `account`: contacts and people of the office as those who may sign in.
- `sign_in`: a link and a code that wait for their holder.
- `second_factor`: the app that shows codes, which staff signs in with beside the mail.
- `enrolment_code`: the code with which a second factor is brought, made to be read over the telephone.
- `passkey`: a key pair on a device, with which its person signs in.
- `office_request`: changes of the office's list that take two people.
- `session`: what a sign-in began.
"""
