"""The pages, in the order in which somebody meets them.

- `app`: all pages as one application; what a page says that cannot be shown.
- `refusals`: what is refused before a page is asked, on a page.
- `context`: what all pages work with.
- `cookie`: the one cookie.
- `forms/`: what a form holds, proves itself by, and comes to.
- `kept_forms`: a form that is sent after the end of its session.
- `uploads`: forms that bring a file.
- `visitors`: who looks at a page, and whether a form is ours.
- `rendering`: a template as an answer, with the headers of all pages.
- `public/`: the pages open to all: the first one, lists, profiles, information.
- `by_link/`: pages that a mailed link opens: an application step by step, a handover, what a commission says.
- `sign_in`: by a mailed link or code; accounts, sessions, signing out.
- `office_issuer`: staff signs in at the issuer of its organisation.
- `second_factor`: the code of an app, which staff types beside.
- `passkeys`: signing in with a passkey, and one's own.
- `steps`: a step of a profile as a page, wherever the profile is kept.
- `own/`: the pages of who has signed in.
- `audit_acts`: acts of all services, the newest first.
- `programmes/`: the desk of a partner.
- `office/`: the pages of the network's office, for staff.
- `operations/`: the operator's console.
- `assets`: stylesheet and icon.
"""
