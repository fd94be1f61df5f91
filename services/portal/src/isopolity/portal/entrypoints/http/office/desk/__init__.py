"""The desk of the office: its tasks in queues, and what staff notes of each.

- `sources`: the tasks that services list, and since when each waits.
- `queues`: these tasks with what staff notes of them.
- `tasks`: what is noted of tasks, for the pages on which they are decided; and the form that changes it.
- `pages`: the desk, one queue, and one task.
"""

from isopolity.portal.entrypoints.http.office.desk.pages import routes

__all__ = ["routes"]
