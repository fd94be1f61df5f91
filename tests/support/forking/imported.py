"""Imports the command with all services, loads compiled kernels and templates, and collects garbage."""

import gc

import isopolity.command.commands.instance
import isopolity.command.hosting.up
import isopolity.command.main  # noqa: F401 - what is imported is what this is for
import tests.support.faults.child
import tests.support.hosting.running_command  # noqa: F401 - so are these
from isopolity.matching.warm_up import warm_up
from isopolity.notify.adapters.templates import environment

warm_up()
for purpose in ("proposal", "introduction", "closing", "ending"):
    for kind in ("txt", "html"):
        environment("en").get_template(f"mail/{purpose}.{kind}")
for frame in ("layout", "frame"):
    environment("en").get_template(f"mail/{frame}.html")
gc.collect()
gc.freeze()
