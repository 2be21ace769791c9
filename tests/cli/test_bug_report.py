"""A bug of iamgen: exit code 3, and a file with what is needed to mend it, without secrets."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from iamgen.cli import main as program

SECRET = "wJalrXUtnFEMI-secret"


def test_a_bug_is_kept_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fail(**_: object) -> int:
        raise RuntimeError(f"no such case: {SECRET}, http://me:pw@host")

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(program.iamgen, "main", fail)
    assert program.main() == program.BUG
    (log,) = tmp_path.glob("iamgen-bug-*.log")
    assert capsys.readouterr().err == (
        "error: iamgen: this is a bug: RuntimeError: no such case: ***, http://***@host\n"
        f"hint: please report it with {log}\n"
    )
    text = log.read_text()
    assert log.stat().st_mode & 0o077 == 0
    assert (SECRET in text, "pw@" in text, "RuntimeError: no such case: ***" in text) == (False, False, True)
    assert f"iamgen {version('iamgen')}\nPython {sys.version.split()[0]}, {sys.platform}\n" in text
    for library in ("awacs", "boto3", "botocore", "cfn-lint", "click", "troposphere"):
        assert f"{library} {version(library)}\n" in text
