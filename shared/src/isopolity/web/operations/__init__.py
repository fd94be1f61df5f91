"""Routes for operators, the same in every service.

- `routers`: puts the routes together.
- `vitals`: what the routes ask of a service, and how they find it and publish for an operator.
- `report`: the status as one document.
- `stream_samples`: samples of streams, as documents in the database.
- `streams`: these samples over HTTP.
- `journal`: events that were published, by what they are about.
- `journeys`: one thing in the journals of all services; which groups have read an event.
- `journey_trees`: events under their causes, and where a thing stands now.
- `troubles`: what in such documents does not flow.
- `letters/`: dead letters, and how they end.
- `events`: the events that the service publishes, browsed, searched and followed; a state published again.
- `event_questions`: the questions to events, and what is wrong with one.
- `groups/`: pauses, resumes and resets consumer groups.
- `audit`: who did what, for staff.
- `settings`: what staff may see of a service's settings.
"""
