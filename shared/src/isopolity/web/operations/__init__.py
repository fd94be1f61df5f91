"""Routes for operators, the same in every service.

- `routers`: puts the routes together.
- `vitals`: the parts of a service that the routes read; publishing for an operator.
- `report`: the status as one document.
- `stream_samples`: samples of streams, as documents in the database.
- `streams`: these samples over HTTP.
- `journal`: published events, by the members, proposals, partnerships and mails that they are about.
- `journeys`: a member, proposal or mail followed through the journals of all services; readers of an event.
- `journey_trees`: events under their causes, and the present state of a member, proposal, partnership or mail.
- `troubles`: troubles found in the services' reports, such as a group that has stopped.
- `letters/`: dead letters: lists, redrives and settlements.
- `events`: the events that the service publishes, browsed, searched and followed; a state published again.
- `event_questions`: the query of a request for events, and its errors.
- `groups/`: pauses, resumes and resets consumer groups.
- `audit`: the audit, for staff and operators.
- `settings`: the settings of a service that staff may see.
"""
