"""Use cases of the portal for signed-in visitors, on ports.

- `ports`: registry, which begins sessions; a store of sessions; and a gazetteer.
- `sessions`: sessions begin, go on and end; those that ended at registry go.
- `form_help`: help to fill in the steps of a profile.
- `request_invitation`: what an address fills in of a new request, as the links of invitations do.
"""
