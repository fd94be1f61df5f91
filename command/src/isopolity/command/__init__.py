"""The `isopolity` command: all services in one process, a client of a running instance, and work without one.

- `main`: names each subcommand and the module that it is in.
- `group`: loads and runs a subcommand, and turns each failure into a sentence and an exit code.
- `commands`: the verbs by subject: their options, the requests that they send, and their results.
- `options`: the options that verbs share; makes a command of a function.
- `client`: speaks HTTP to a running instance.
- `hosting`: `isopolity up`: all services in this process.
- `pages`: what a browser shows of `isopolity up`: the first page and the mail box.
- `offline`: works on files, databases and the broker, without a running instance.
- `data_folder`: the folder's holder and its address, the keys in it, and whether it holds the demo network.
- `console`: lays out results and messages.
- `atomic_file`: writes a file whole or not at all.
- `failure`: the sentence and the exit code of a failure.
"""
