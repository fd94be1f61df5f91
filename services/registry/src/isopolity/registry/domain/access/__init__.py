"""Who comes in.

- `account`: contacts and people of the office as those who may sign in.
- `sign_in`: a link and a code that wait for their holder.
- `second_factor`: the app that shows codes, which staff signs in with beside the mail.
- `enrolment_code`: what bringing a second factor takes, so that it can be read over the telephone.
- `passkey`: a key pair on a device, with which its person signs in.
- `office_request`: what of the office's list takes two people.
- `session`: what a sign-in began.
"""
