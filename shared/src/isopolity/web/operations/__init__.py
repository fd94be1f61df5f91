"""Routes for operators, the same in every service.

- `routers`: puts the routes together.
- `vitals`: what the routes ask of a service.
- `asked`: finds these for a request, in its application.
- `report`: the status as one document.
- `stream_samples`: samples of streams, as they are kept.
- `kept_samples`: these documents in the database.
- `streams`: these samples over HTTP.
- `journal`: events that were published, by what they are about.
- `journeys/`: what the journals of all services tell of one thing, put together.
- `troubles`: what in such documents does not flow.
- `publication`: publishes for an operator, and tells what the broker refuses.
- `letters/`: dead letters, and how they end.
- `events`: the events that the service publishes, browsed, searched and followed.
- `event_questions`: what is asked of them, and what is wrong with that.
- `states`: publishes the state of one key again.
- `groups/`: pauses, resumes and resets consumer groups.
- `audit`: who did what, for staff.
- `settings`: what staff may see of a service's settings.
"""
