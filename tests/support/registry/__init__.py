"""registry under test.

- `service`: profiles, tokens, and registry on a database.
- `applications`: applications and their confirmation.
- `access`: people who sign in.
- `authenticator`: passkeys, and a device in software that signs with them.
- `fakes`, `fake_repositories`, `fake_tables`, `access_fakes`: registry's ports in memory.
- `prepared_files`: files that are looked at before they are imported.
- `background_imports`: imports in the background.
- `hostile_files`: two hundred hostile import files.
"""
