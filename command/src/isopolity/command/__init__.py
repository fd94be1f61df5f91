"""The `isopolity` command: all services in one process, a client of a running instance, and work without one.

- `main`: names each subcommand.
- `group`: runs a subcommand and turns each failure into a sentence and an exit code.
- `commands`: a file for each subcommand, by subject: its options, and the order of its work.
- `options`: the options that subcommands share, and the client made from them.
- `client`: speaks HTTP to a running instance.
- `hosting`: `isopolity up`: all services in this process.
- `pages`: what a browser shows of `isopolity up`: the first page and the mail box.
- `offline`: works on files, databases and the broker, without a running instance.
- `data_folder`: the folder's holder and its address, the keys in it, and whether it holds the demo network.
- `console`: lays out results and messages.
- `atomic_file`: writes a file whole or not at all.
- `failure`: the sentence and the exit code of a failure.
"""
