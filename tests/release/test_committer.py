"""Who makes a tag, and when: what git says of it, and what it does not know."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.errors import Fault, IamgenError
from iamgen.release.committer import signature
from iamgen.release.repository import Repository, open_repository


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a repository in which git knows nobody, and guesses nobody either."""
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "config", "user.useConfigOnly", "true"], check=True)
    return open_repository(tmp_path)


def fault_of(repository: Repository) -> Fault:
    with pytest.raises(IamgenError) as raised:
        signature(repository)
    (fault,) = raised.value.faults
    return fault


def test_nobody(repository: Repository) -> None:
    assert fault_of(repository) == Fault(
        "git",
        "it does not know who you are, and a tag says who made it",
        "git config user.name NAME && git config user.email ADDRESS",
    )


def test_somebody_at_a_moment(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, "@1764158400 +0100")
    result = signature(repository)
    assert (result.name, result.email, result.at) == ("Ann", "ann@example.com", datetime(2025, 11, 26, 12, tzinfo=UTC))
    assert result.environment == {"GIT_COMMITTER_DATE": "@1764158400 +0000"}


def test_a_moment_that_there_is_not(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, "@999999999999999 +0000")
    assert fault_of(repository) == Fault(
        "git",
        "it would write a date that there is not: 999999999999999 seconds after 1970",
        "look at GIT_COMMITTER_DATE, and at the clock",
    )


def known(monkeypatch: pytest.MonkeyPatch, date: str) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Ann")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "ann@example.com")
    monkeypatch.setenv("GIT_COMMITTER_DATE", date)
