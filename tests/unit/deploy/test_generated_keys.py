"""`make secrets` makes the keys that the services read, before anything is installed."""

from pathlib import Path

from deploy.generate_secrets import HOLDERS, main, public_half
from isopolity.identity.network_keys import public_key, read_public_keys


def test_public_halves_are_those_that_the_services_make_of_the_secrets() -> None:
    for number in range(5):
        for holder in HOLDERS:
            assert public_half(f"a secret {number}", holder) == public_key(f"a secret {number}", holder).half


def test_public_keys_are_those_of_the_secrets_also_once_one_is_added(tmp_path: Path) -> None:
    main(tmp_path, tmp_path / ".env")
    (tmp_path / "registry-keys").write_text(f"{'n' * 32},{(tmp_path / 'registry-keys').read_text()}")
    main(tmp_path, tmp_path / ".env")
    keys = {holder: (tmp_path / name).read_text().strip().split(",") for holder, name in HOLDERS.items()}
    expected = [public_key(key, holder) for holder, found in keys.items() for key in found]
    assert read_public_keys((tmp_path / "public-keys").read_text().strip()) == tuple(expected)
    assert len(expected) == 4


def test_an_empty_entry_makes_no_public_key(tmp_path: Path) -> None:
    main(tmp_path, tmp_path / ".env")
    (tmp_path / "registry-keys").write_text(f"{'n' * 32},,\n")
    (tmp_path / "notify-key").write_text("\n")
    main(tmp_path, tmp_path / ".env")
    keys = read_public_keys((tmp_path / "public-keys").read_text().strip())
    assert [key.name for key in keys] == ["registry", "command"]
    assert keys[0] == public_key("n" * 32, "registry")


def test_a_point_in_a_secret_without_a_day_makes_no_day(tmp_path: Path) -> None:
    main(tmp_path, tmp_path / ".env")
    (tmp_path / "command-key").write_text(f"mine.{'n' * 32}\n")
    main(tmp_path, tmp_path / ".env")
    keys = read_public_keys((tmp_path / "public-keys").read_text().strip())
    assert [(key.name, key.made) for key in keys if not key.made] == [("command", "")]
