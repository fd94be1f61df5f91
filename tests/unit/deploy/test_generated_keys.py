"""`make .env` makes the keys that the services read, before anything is installed."""

import stat
from pathlib import Path

from deploy.generate_env import HOLDERS, main, public_half
from isopolity.network_keys import public_key, read_public_keys


def test_public_halves_are_those_that_the_services_make_of_the_secrets() -> None:
    for number in range(5):
        for holder in HOLDERS:
            assert public_half(f"a secret {number}", holder) == public_key(f"a secret {number}", holder).half


def test_every_holder_has_a_secret_and_its_public_half_in_one_file_for_its_owner(tmp_path: Path) -> None:
    main(tmp_path / ".env")
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    lines = (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
    values = {name: value for name, _, value in (line.partition("=") for line in lines)}
    given = read_public_keys(values["ISOPOLITY_PUBLIC_KEYS"])
    assert given == tuple(public_key(values[name], holder) for holder, name in HOLDERS.items())
    assert len(set(values.values())) == len(values)
    main(tmp_path / ".env")
    assert (tmp_path / ".env").read_text(encoding="utf-8").splitlines() == lines
