"""Programmes and desks of partners.

- `revised_programmes`: identifies the programmes of a revised profile, and decides which wait for staff.
- `programmes`: endorses waiting programmes, or refuses them with a reason.
- `ports`: the repository of desks.
- `desk`: changes of a partner's shortlist, notes and selections.
- `merged_desk`: moves a desk when its partner is merged.
"""
