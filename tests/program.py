"""The program, run as `python -m iamgen` runs it, in forks of a process that has loaded the libraries already.

A test runs the program several hundred times over, and most of the time of a run goes into loading what others wrote:
click, Jinja2, troposphere, urllib3. Those are loaded once here. iamgen itself is not: each run imports what it needs anew.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

# Not botocore: when it is loaded, it works out where the home folder is.
LIBRARIES = (
    "click",
    "jinja2.sandbox",
    "troposphere.iam",
    "troposphere.cloudformation",
    "urllib3",
    "jmespath",
    "dateutil.tz",
)
TIMEOUT = 120
_CONVENTIONS = ("PYTHON", "LC_", "LANG")
"""What the names of variables begin with that Python reads when it starts."""


class Program:
    """A running process that forks one process for each run of the program."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, env: dict[str, str]) -> None:
        self._process, self._folder, self._started_with = process, folder, _conventions(env)
        self._runs = count()

    def run(self, cwd: Path, args: tuple[str, ...], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Return how `python -m iamgen ARGS` ended."""
        if _conventions(env) != self._started_with:
            command = [sys.executable, "-m", "iamgen", *args]
            return subprocess.run(
                command, cwd=cwd, env=env, capture_output=True, text=True, timeout=TIMEOUT, check=False
            )
        assert self._process.stdin and self._process.stdout
        number = next(self._runs)  # what a run leaves running may still write to the files of that run
        out, err = self._folder / f"{number}.out", self._folder / f"{number}.err"
        request = {"cwd": str(cwd), "args": args, "env": env, "stdout": str(out), "stderr": str(err)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        stdout, stderr = (file.read_text(encoding="utf-8") for file in (out, err))
        out.unlink()
        err.unlink()
        return subprocess.CompletedProcess(["iamgen", *args], code, stdout, stderr)


def _conventions(env: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_CONVENTIONS)}


@contextmanager
def program(env: dict[str, str]) -> Iterator[Program]:
    """Yield the process that runs the program, started with these variables, and end it."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, str(Path(__file__))]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as process:
            yield Program(process, Path(folder), env)
            assert process.stdin
            process.stdin.close()


def _serve() -> None:
    for name in LIBRARIES:
        __import__(name)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request)
        sys.stdout.write(f"{_code(child)}\n")
        sys.stdout.flush()


def _code(child: int) -> int:
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, 9)
    os.waitpid(child, 0)
    raise TimeoutError(f"the program did not end within {TIMEOUT} s")


def _become(request: dict[str, Any]) -> None:
    """Run the program in this process, and end it as Python ends."""
    code = 1
    try:
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        time.tzset()
        _connect(request)
        sys.path[0] = request["cwd"]
        sys.argv = ["iamgen", *request["args"]]
        code = _run()
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _connect(request: dict[str, Any]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for number, path, mode in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["stdout"], flags),
        (2, request["stderr"], flags),
    ):
        opened = os.open(path, mode, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = open(number, "w", encoding="utf-8", errors=getattr(sys, name).errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115


def _run() -> int:
    try:
        runpy.run_module("iamgen", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001  # as Python itself does at the end
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _serve()
