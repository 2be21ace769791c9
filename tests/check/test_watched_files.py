"""Which files `iamgen check --watch` watches, and what it notices about them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iamgen.check.watched_files import State, WatchedFiles, changed_names
from iamgen.errors import IamgenError

watchfiles = pytest.importorskip("watchfiles", reason="watchfiles is not installed: pip install watchfiles")

WATCHED = (
    "users.py", "CONST.inc", "blue.py", "people/green.py", "people.toml", "aws-cli.config.tpl", ".cfnlintrc", ".cfnlintrc.yml",
    "templates/policies/logs.json.j2", "templates/policies/part.txt", "lint/rules.py", "packages/build/users.json",
)  # fmt: skip
NOT_WATCHED = (
    "README.md", "users.py~", ".users.py.swp", "templates/policies/logs.json.j2~", "build/dev.json", ".git/config.py",
    ".venv/lib/x.py", "env/pyvenv.cfg", "env/lib/x.py", "node_modules/x/package.json", "__pycache__/users.py",
)  # fmt: skip


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def names(root: Path, state: State) -> set[str]:
    return {str(path.relative_to(root)) for path in state}


def test_what_a_check_reads_is_watched_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, *WATCHED, *NOT_WATCHED)
    assert names(tmp_path, WatchedFiles(tmp_path).state()) == set(WATCHED)


def test_a_folder_that_is_a_link_is_watched_and_a_circle_has_an_end(tmp_path: Path) -> None:
    write(tmp_path, "shared/a.json.j2", "repo/users.py")
    (tmp_path / "repo/templates").symlink_to(tmp_path / "shared")
    (tmp_path / "shared/again").symlink_to(tmp_path / "shared")
    root = tmp_path / "repo"
    assert names(root, WatchedFiles(root).state()) == {"users.py", "templates/a.json.j2"}


def test_a_folder_on_another_device_is_watched_also_where_its_inode_is_that_of_a_folder_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "users.py", "templates/a.json.j2")
    status_of = Path.stat

    def status(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        status = status_of(path, follow_symlinks=follow_symlinks)
        if path != tmp_path / "templates":
            return status
        inode = status_of(tmp_path).st_ino
        return os.stat_result((status.st_mode, inode, status.st_dev + 1, *status[3:]))

    monkeypatch.setattr(Path, "stat", status)
    assert names(tmp_path, WatchedFiles(tmp_path).state()) == {"users.py", "templates/a.json.j2"}


def test_named_templates_are_watched_in_the_place_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path, "users.py", "other/stack.yaml", "other/b.yaml")
    watched = WatchedFiles(tmp_path, (tmp_path / "other/stack.yaml",))
    assert names(tmp_path, watched.state()) == {"other/stack.yaml"}
    assert watched.folders() == (tmp_path / "other",)


def test_what_was_written_added_and_removed_has_changed(tmp_path: Path) -> None:
    write(tmp_path, "users.py", "CONST.inc", "old.py")
    before = WatchedFiles(tmp_path).state()
    (tmp_path / "old.py").unlink()
    write(tmp_path, "templates/new.json.j2")
    (tmp_path / "other.py").write_text("users.py")  # of equal size, put in its place as editors do
    os.utime(tmp_path / "other.py", ns=(before[tmp_path / "users.py"].modified,) * 2)
    (tmp_path / "other.py").rename(tmp_path / "users.py")
    after = WatchedFiles(tmp_path).state()
    assert changed_names(tmp_path, before, after) == ["old.py", "templates/new.json.j2", "users.py"]
    assert changed_names(tmp_path / "elsewhere", before, after)[0] == str(tmp_path / "old.py")


def test_a_change_before_the_waiting_is_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchfiles, "watch", None)
    write(tmp_path, "users.py")
    assert names(tmp_path, WatchedFiles(tmp_path).wait_for_change({})) == {"users.py"}


def test_a_change_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, "users.py")
    watched = WatchedFiles(tmp_path)
    timer = threading.Timer(0.2, write, (tmp_path, "build/dev.json", "templates/a.json.j2"))
    timer.start()
    after = watched.wait_for_change(watched.state())
    timer.join()
    assert names(tmp_path, after) == {"users.py", "templates/a.json.j2"}


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list of what happens in the place of real notices: functions that are called, and errors."""
    events: list[Any] = []

    def watch(*_: Path, **__: object) -> Iterator[set[Any]]:
        while events:
            event = events.pop(0)
            if isinstance(event, Exception):
                raise event
            event()
            yield set()

    monkeypatch.setattr(watchfiles, "watch", watch)
    return events


def test_a_notice_without_a_change_and_a_folder_that_went_are_waited_out(tmp_path: Path, notices: list[Any]) -> None:
    write(tmp_path, "users.py")
    notices += [lambda: write(tmp_path, "build/x"), FileNotFoundError("gone"), lambda: write(tmp_path, "blue.py")]
    watched = WatchedFiles(tmp_path)
    assert names(tmp_path, watched.wait_for_change(watched.state())) == {"users.py", "blue.py"}
    assert notices == []


def test_what_cannot_be_watched_is_said(tmp_path: Path, notices: list[Any]) -> None:
    write(tmp_path, "users.py")
    notices += [OSError("OS file watch limit reached")]
    watched = WatchedFiles(tmp_path)
    with pytest.raises(IamgenError) as raised:
        watched.wait_for_change(watched.state())
    assert str(raised.value.faults[0].problem) == "it cannot be watched: OS file watch limit reached"
    assert raised.value.faults[0].hint == "set WATCHFILES_FORCE_POLLING=1, and the files are looked at in turns"


def test_a_folder_that_is_gone_ends_the_watching(tmp_path: Path) -> None:
    with pytest.raises(IamgenError, match="the folder is gone, and nothing is watched any more"):
        WatchedFiles(tmp_path / "repo").wait_for_change({})
