"""A file that registry has read, as the portal gets it."""

from tests.support.portal.service import HOSTILE

READ = {
    "import_id": "i1", "name": HOSTILE, "kind": "cities", "endorse": True, "prepared_at": "2026-11-27T09:00:00Z",
    "kept_until": "2026-11-28T09:00:00Z", "taken_at": None, "shown": "a" * 64, "columns": ["kind", "name"], "rows": 2,
    "created": 1, "revised": 1, "unchanged": 0, "invalid": 1, "not_endorsed": 0, "emptied": 0, "emptied_first": [],
    "read_as": [], "alike": [], "endorsed": 0, "to_endorse": [],
}  # fmt: skip
