"""registry starts without what only some requests need."""

import subprocess
import sys


def test_openpyxl_is_not_imported_before_a_workbook_is_asked_for() -> None:
    code = "import sys, isopolity.registry.__main__; print(sorted({'fastapi', 'openpyxl'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "['fastapi']\n"
