"""What the operating system refuses is no bug of iamgen: exit code 1, and what helps."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from iamgen.cli import main as program
from iamgen.cli.system_refusals import system_refusal

NO_ROOM = "free some room; where files for the time being go, TMPDIR says"
NOT_YOURS = "see to it that you may use it, or name another place"


@pytest.mark.parametrize(
    ("exc", "message"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            f"error: system: No space left on device\nhint: {NO_ROOM}\n",
        ),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "/a"), f"error: /a: Disk quota exceeded\nhint: {NO_ROOM}\n"),
        (
            OSError(errno.EFBIG, "File too large"),
            "error: system: File too large\nhint: let files be larger: ulimit -f\n",
        ),
        (
            OSError(errno.EMFILE, "Too many open files", "/a"),
            "error: /a: Too many open files\nhint: let more files be open at once: ulimit -n\n",
        ),
        (
            OSError(errno.ENFILE, "Too many open files in system"),
            "error: system: Too many open files in system\n"
            "hint: end other programs: this machine has as many open files as it can have\n",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/a"),
            f"error: /a: Permission denied\nhint: {NOT_YOURS}\n",
        ),
        (
            OSError(errno.ELOOP, "Too many levels of symbolic links", "/a"),
            "error: /a: Too many levels of symbolic links\nhint: remove a link of those that lead in a circle\n",
        ),
        (
            OSError(errno.ENAMETOOLONG, "File name too long", "/a"),
            "error: /a: File name too long\nhint: choose a shorter name\n",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"),
            "error: temporary files: No usable temporary directory found in ['/tmp']\n"
            "hint: free some room there, or name a folder that you may write to: TMPDIR\n",
        ),
    ],
)
def test_what_the_system_refuses_is_told(
    exc: OSError, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> int:
        raise exc

    monkeypatch.setattr(program.iamgen, "main", fail)
    assert program.main() == program.FAULT
    assert capsys.readouterr().err == message


def test_everything_else_may_be_a_bug() -> None:
    for exc in (
        ValueError("x"),
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/a"),
        PermissionError(errno.EPERM, "Operation not permitted"),
    ):
        assert system_refusal(exc) is None


@pytest.mark.parametrize("function", ["mkstemp", "fdopen"])
def test_a_bug_without_room_for_its_report_is_told_all_the_same(
    function: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fail(**_: object) -> int:
        raise RuntimeError("no such case")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(program.iamgen, "main", fail)
    monkeypatch.setattr("tempfile.mkstemp" if function == "mkstemp" else "os.fdopen", full)
    assert program.main() == program.BUG
    assert capsys.readouterr().err == (
        "error: iamgen: this is a bug: RuntimeError: no such case\n"
        "hint: no report of it could be written (No space left on device): free some room, and try again\n"
    )
    assert list(tmp_path.iterdir()) == []
