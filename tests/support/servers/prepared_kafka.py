"""Each Kafka of a test begins with formatted storage and an archive of the classes it loads, both made once.

Together they halve the processor time of a start, on which most of these brokers spend most of their time. They are in
`build`, in a folder named by their inputs. Java ignores an archive that does not fit or is missing.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from tests.support.servers.ports import free_port

CONTROLLER: Final = 101
"""How far above the broker's port the control program puts the controller's."""
_BUILD: Final = Path(__file__).parents[3] / "build"
_ARCHIVE, _STATE, _PORT = "classes.jsa", "state", "port"


def lay_out(control: str, folder: Path, port: int, settings: str) -> None:
    """Write into `folder` what the control program would on a start at `port`, with more settings; starts nothing."""
    made = _made(control)
    state, old = made / _STATE, int((made / _PORT).read_text())
    folder.mkdir(exist_ok=True)
    shutil.copytree(state, folder, dirs_exist_ok=True)
    text = (folder / "1" / "server.properties").read_text()
    for was, now in ((old + CONTROLLER, port + CONTROLLER), (old, port)):
        text = text.replace(f":{was}", f":{now}")
    text = text.replace(str(state), str(folder))
    (folder / "1" / "server.properties").write_text(f"{text}{settings}\n")
    (folder / "bootstrap").write_text(f"127.0.0.1:{port}\n")


def options(control: str) -> dict[str, str]:
    """The variable that lets Java take the classes from the archive."""
    return {"JAVA_TOOL_OPTIONS": f"-XX:SharedArchiveFile={_made(control) / _ARCHIVE}"}


def _made(control: str) -> Path:
    """The folder with both, which the first process that asks makes while the others wait."""
    libraries = sorted((Path(control).resolve().parent / "libs").iterdir())
    known = [Path(control).read_text(), *(f"{each} {each.stat().st_mtime_ns}" for each in libraries)]
    folder = _BUILD / f"kafka-{hashlib.sha256(repr(known).encode()).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _PORT).exists():
            _make(control, folder)
    return folder


def _make(control: str, folder: Path) -> None:
    """Start a broker as the control program does, let it end in peace, and keep what it was formatted with."""
    running, port = folder / "running", free_port(also=CONTROLLER)
    environment = os.environ | {
        "KAFKA_DIR": str(running),
        "JAVA_TOOL_OPTIONS": f"-XX:ArchiveClassesAtExit={folder / _ARCHIVE}",
    }

    def run(*arguments: str) -> None:
        subprocess.run([control, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)

    run("stop")  # left by a run that was interrupted
    run("start", "--port", str(port))
    try:
        broker = Path("/proc", (running / "1" / "pid").read_text().strip())
        os.kill(int(broker.name), signal.SIGTERM)
        deadline = time.monotonic() + 60
        while broker.exists() and " Z " not in (broker / "stat").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        state = folder / _STATE
        (state / "1" / "data").mkdir(parents=True, exist_ok=True)
        for name in ("brokers", "1/server.properties", "1/data/meta.properties", "1/data/bootstrap.checkpoint"):
            shutil.copy(running / name, state / name)
        written = (state / "1" / "server.properties").read_text().replace(str(running), str(state))
        (state / "1" / "server.properties").write_text(written)
    finally:
        run("stop")
    (folder / _PORT).write_text(str(port))
