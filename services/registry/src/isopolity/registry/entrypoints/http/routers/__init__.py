"""Routes of registry, a module for each resource.

- `public`: figures, maps, sought subjects and keys, for everybody.
- `topics`: topics found by typing, and proposed from own words.
- `cities`, `partners`, `members`: members; the common part of both kinds, and endorsement of many.
- `desk`: a partner's shortlist and saved selections.
- `joining/`: drafts, applications, and links in mails.
- `changes`: changes of identity, which staff decides.
- `requests`, `twinnings`, `contacts`: things that belong to members.
- `invitations`: invitations of cities to make a request.
- `contact_changes`: changes of somebody else's contact.
- `handovers`: a coordinator's role passed on.
- `office/`: members that one to be entered may be, contacts found by address or name, mergers that can be undone, and
  notes of the office.
- `imports`: many members, requests or twinnings from a file, and into one.
- `prepared_imports`: imports with a preview, row by row.
- `people/`: sign-ins, sessions, and the list of staff and operators.
- `capacity_defaults`: default capacities of new members, which staff chooses.
"""
