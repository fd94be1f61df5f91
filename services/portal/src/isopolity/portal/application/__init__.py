"""What the portal does for who has signed in, on ports.

- `ports`: what it needs: registry, which begins sessions, a place to keep them, and a gazetteer.
- `ended_sessions`: sessions that ended at registry go.
- `sessions`: sessions begin, go on and end.
- `form_help/`: what helps to fill in the steps of a profile.
"""
