"""A local AWS as a child process, which never outlives whoever started it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "emulator" / "bin" / "python"


@contextmanager
def running(port: int = 0, *, home: Path, python: Path = PYTHON) -> Iterator[str]:
    """Run the emulator, on a free port unless one is named; yield its URL. `home` is where it may write.

    It is empty, and takes whatever key id of twelve digits for the account of that id. Raises RuntimeError when it
    is not installed or does not start.
    """
    if not python.exists():
        raise RuntimeError("the emulator is not installed: make .venv/emulator/made")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    child = subprocess.Popen(  # our own
        [python, "-m", "tests.emulator.server", str(port)],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,  # a ^C is for its parent, which then ends it
    )  # fmt: skip
    with child:
        assert child.stdin
        assert child.stdout
        try:
            url = child.stdout.readline().strip()
            if not url:
                raise RuntimeError("the emulator did not start; it says why above")
            yield url
        finally:
            child.stdin.close()  # its sign to end
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
