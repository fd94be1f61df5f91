"""The secrets of the compose file are made once, and taken over from where a release before kept them."""

from pathlib import Path

from deploy.generate_secrets import contents, main


def test_each_secret_has_a_file_that_only_its_owner_finds(tmp_path: Path) -> None:
    main(tmp_path / "secrets", tmp_path / ".env")
    files = {file.name: file.read_text().strip() for file in (tmp_path / "secrets").iterdir()}
    assert files.keys() == {"public-keys", *dict(contents({}))}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert [files.pop(name) for name in ("smtp-password", "token-keys")] == ["", ""]
    assert len(set(files.values())) == len(files)
    assert all(len(secret) >= 32 for secret in files.values())


def test_what_is_there_stays_in_force_and_what_is_missing_is_made(tmp_path: Path) -> None:
    main(tmp_path, tmp_path / ".env")
    (tmp_path / "smtp-password").write_text("mine")
    (tmp_path / "kafka-portal").unlink()
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    main(tmp_path, tmp_path / ".env")
    after = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert len(after.pop("kafka-portal")) == 49
    assert after == before


def test_secrets_of_a_release_before_are_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# passwords\nREGISTRY_DATABASE_PASSWORD=old\nISOPOLITY_LINK_KEYS='links'\nISOPOLITY_SMTP_PASSWORD=mail=1\n"
    )
    main(tmp_path / "secrets", tmp_path / ".env")
    read = {file.name: file.read_text().strip() for file in (tmp_path / "secrets").iterdir()}
    assert read["registry-database-url"] == "postgresql://registry:old@postgres/registry"
    assert (read["link-keys"], read["smtp-password"]) == ("links", "mail=1")
