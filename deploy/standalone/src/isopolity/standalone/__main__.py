"""`python -m isopolity.standalone` is `isopolity`."""

from isopolity.standalone.command import app

app(prog_name="isopolity")
