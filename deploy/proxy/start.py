"""Starts nginx, which takes a client's address from the proxies in `ISOPOLITY_TRUSTED_PROXIES` only.

The rule is that of the services: X-Forwarded-For is read from its right end, through as many addresses as are named;
the first one that is not named is the client's.
"""

import os
import sys
from ipaddress import ip_network
from pathlib import Path

_WRITTEN = Path("/tmp/proxies.conf")  # noqa: S108 - the only folder of the container that can be written


def configuration(named: str) -> str:
    """The lines for nginx. Raises ValueError for what is no address or network, and for a network of everybody."""
    try:
        networks = [ip_network(entry.strip(), strict=False) for entry in named.split(",") if entry.strip()]
    except ValueError:
        raise ValueError("write addresses and networks, such as 10.0.3.7,10.1.0.0/16") from None
    if not all(network.prefixlen for network in networks):
        raise ValueError("name the proxies alone; a network of everybody would let each client choose its address")
    believed = "".join(f" {network} 1;" for network in networks)
    lines = [f"geo $realip_remote_addr $believed {{ default 0;{believed} }}"]
    return "\n".join([*lines, *(f"set_real_ip_from {network};" for network in networks), ""])


def main() -> None:
    """Write the lines, and become nginx."""
    try:
        _WRITTEN.write_text(configuration(os.environ.get("ISOPOLITY_TRUSTED_PROXIES", "")), encoding="utf-8")
    except ValueError as error:
        sys.exit(f"Correct ISOPOLITY_TRUSTED_PROXIES: {error}.")
    os.execvp("nginx", ["nginx", "-g", "daemon off;"])  # noqa: S606, S607 - the image's own


if __name__ == "__main__":
    main()
