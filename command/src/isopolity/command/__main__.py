"""`python -m isopolity.command` is `isopolity`."""

from isopolity.command.main import app

app(prog_name="isopolity")
