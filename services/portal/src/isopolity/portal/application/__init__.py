"""What the portal does for signed-in visitors, on ports.

- `ports`: what it needs: registry, which begins sessions, a place to keep them, and a gazetteer.
- `sessions`: sessions begin, go on and end; those that ended at registry go.
- `form_help`: what helps to fill in the steps of a profile.
"""
