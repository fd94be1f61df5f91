"""The pages, in rooms; what several rooms share lies in the modules here, and no room imports another.

- `app`: all pages as one application, with stylesheet and icon.
- `compression`: answers that hold no secret, compressed.
- `assets`: stylesheet, typefaces, icon and scripts.
- `refusals`: what is refused before a page is asked, on a page.
- `public/`: the pages that ask for no sign-in.
- `sign_in`: by a mailed link or code, or at the organisation of the office; accounts, sessions, signing out.
- `second_factor`: the code of an app, which staff types beside.
- `passkeys`: signing in with a passkey, and one's own.
- `own/`: the pages of a member's contacts.
- `programmes/`: the desk of a partner.
- `office/`: the pages of the network's office, for staff.
- `operations/`: the operator's console.
- `admission`: which accounts see a page; where all others are led.
- `city_requests/`: requests of a city as pages, for the city and for staff.
- `profile_steps`: a step of a profile as a page, wherever the profile is kept.
- `audit_acts`: acts of all services, the newest first.
- `offered_countries`: countries that have entries, for filters.
- `known_members`: names of members, staff and operators for their ids.
- `files`: files that browsers save.
- `visitors`: who looks at a page, and whether a form is ours.
- `forms/`: what a form holds, proves itself by, and comes to.
- `form_tokens`: what forms prove themselves by.
- `pages`: what all pages work with and answer with: services, cookies, the visitor's session, templates.
"""
