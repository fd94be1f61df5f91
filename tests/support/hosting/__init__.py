"""All services together.

- `running_command`: `isopolity up` as a child process.
- `small_demo`: a seventh of the demo network, loaded once, and copies that run.
- `whole_network`: the three services behind one port.
- `separate_services`: each service a process of its own, on Kafka and PostgreSQL.
- `bad_release`: a release of notify that fails for a while.
- `console`: checks of the operator's console, and the end of a flood by its pages.
- `drilled_network`: the three services of a drill, and the people who use them.
- `drill`: a network that is lost and restored from a backup.
"""
