"""Links in the mails of a running instance."""

import email
import email.policy
import re
import time
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Page


class Instance(Protocol):
    """A running instance: its address, and the folder with its mail box."""

    @property
    def url(self) -> str: ...

    @property
    def data(self) -> Path: ...


def mailed_link(network: Instance, address: str, place: str, page: Page) -> str:
    """The link below `place` in a mail to `address`."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        for file in sorted((network.data / "mailbox").glob("new/*")):  # the first mail creates the folder
            whole = file.read_bytes()
            if address.encode() not in whole:
                continue  # there may be thousands
            mail = email.message_from_bytes(whole, policy=email.policy.default)
            body = mail.get_body(("plain",))
            found = re.search(rf"http://\S+/{place}/\S+", body.get_content()) if body is not None else None
            if address in str(mail["To"]) and found is not None:
                return found[0]
        page.wait_for_timeout(200)
    raise AssertionError(f"no link came to {address}")
