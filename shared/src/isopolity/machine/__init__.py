"""The machine as a process sees it: the clock, the event loop, files and child processes.

- `clock`: the clock and new ids as ports; days and moments in the time zones of their readers.
- `periods`: how long links, codes and drafts are valid; services and pages use one value.
- `turns`: long work in the event loop, cut into turns.
- `stores`: files that one process owns, and why a store cannot be written.
- `maildir`: the mail box on disk, as notify writes it and `isopolity up` shows it.
- `limits`: limits of a child process, and the codes with which it ends.
- `child_process`: starts a child process with limits, and waits for it.
"""
