"""The subcommands; each imports what it needs when it runs."""
