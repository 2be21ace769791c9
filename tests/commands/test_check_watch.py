"""`iamgen check --watch`: checks once, and again after each change, until somebody presses ^C."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from iamgen.check.watched_files import State, WatchedFiles
from iamgen.commands.check import CheckRequest, check
from iamgen.commands.check_watch import files_to_watch, watch
from iamgen.commands.requests import Lint
from iamgen.errors import IamgenError
from iamgen.ui.console import Console

pytest.importorskip("watchfiles", reason="watchfiles is not installed: pip install watchfiles")

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
GOOD = 'from iamgen import User\nOPS_SERVICES = ("s3",)\nUSERS = (User("alice", {"dev": "OpsR"}),)\n'
WRONG = GOOD.replace('"dev"', '"dve"')
Edits = dict[str, str | None]


def run(root: Path, edits: list[Edits], *accounts: str, checked: Callable[[Path], int] | None = None) -> int | None:
    """Watch a folder in which these edits happen one after the other; return the exit code, None after a ^C."""
    waiting = list(edits)

    def wait(watched: WatchedFiles, _before: State) -> State:
        if not waiting:
            raise KeyboardInterrupt
        for name, content in waiting.pop(0).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if content is None else path.write_text(content)
        return watched.state()

    def check_once(folder: Path) -> int:
        return check(CheckRequest(folder, accounts, lint=Lint(on=False)), Console.standard())

    try:
        return watch(checked or check_once, files_to_watch(root, ()), Console.standard(), wait)
    except KeyboardInterrupt:
        return None


def test_each_change_is_checked_as_it_is_now(make_repo: MakeRepo, capfd: pytest.CaptureFixture[str]) -> None:
    """A fault that is mended is no fault any more, and the next one is shown with its line as that is by then."""
    root = make_repo(GOOD)
    assert (
        run(root, [{"users.py": WRONG}, {"users.py": GOOD}, {"users.py": "\n" + WRONG.replace("alice", "al")}]) is None
    )
    shown = capfd.readouterr()
    assert shown.out.count("no findings in 3 templates\n") == 2
    assert "\033" not in shown.out + shown.err
    parts = shown.err.split("changed: users.py\n")
    assert parts[0].startswith("watching 2 files for changes; ^C ends it\n\n")
    assert parts[1].startswith("error: users.py:3:25: User 'alice': there is no account 'dve'\n")
    assert 'USERS = (User("alice", {"dve"' in parts[1]
    assert re.fullmatch(r"\n\d\d:\d\d:\d\d ", parts[2])  # the good file in between is told of nothing
    assert parts[3].startswith("error: users.py:4:22: User 'al': there is no account 'dve'\n")
    assert 'USERS = (User("al", {"dve"' in parts[3]


def test_every_file_that_a_check_reads_counts(make_repo: MakeRepo, capfd: pytest.CaptureFixture[str]) -> None:
    template = "templates/policies/x.json.j2"
    policy = 'from iamgen import Policy\nPOLICIES = (Policy("WorkP", "x.json.j2", accounts="dev"),)\n'
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}}'
    root = make_repo(GOOD + policy)
    (root / template).parent.mkdir(parents=True)
    (root / template).write_text("{{ wrong }}")
    constants = (root / "CONST.inc").read_text()
    edits: list[Edits] = [
        {template: document},
        {"CONST.inc": constants.replace("222222222222", "22222222222"), ".cfnlintrc": "ignore_checks: [W1]\n"},
        {f"new/{number}.py": "" for number in range(7)},
    ]
    assert run(root, edits) is None
    shown = capfd.readouterr()
    first, second, third, last = shown.err.split(" changed: ")
    assert "'wrong' is undefined" in first
    assert second.startswith(f"{template}\n")
    assert "s3:GetObjct" in shown.out
    assert third.startswith(".cfnlintrc, CONST.inc\nerror: CONST.inc:3")
    assert last.startswith("new/0.py, new/1.py, new/2.py, new/3.py, new/4.py and 2 more\nerror: CONST.inc:3")


def test_a_wrong_command_line_ends_it_only_in_the_beginning(
    make_repo: MakeRepo, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(make_repo(GOOD), [{}], "dve") == 2
    assert "watching" not in capfd.readouterr().err
    constants = "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\n"
    assert run(make_repo(GOOD, name="other"), [{"CONST.inc": constants}, {"x.py": ""}], "prod") is None
    assert capfd.readouterr().err.count("error: prod: there is no such account\n") == 2


def test_a_repository_around_it_is_not_checked_in_its_place(
    make_repo: MakeRepo, capfd: pytest.CaptureFixture[str]
) -> None:
    root = make_repo(GOOD)
    (root / "inner").mkdir()
    (root / "inner/users.py").write_text(GOOD)
    (root / "inner/CONST.inc").write_text((root / "CONST.inc").read_text())
    run(root / "inner", [{"users.py": None, "CONST.inc": None}])
    shown = capfd.readouterr()
    assert f"changed: CONST.inc, users.py\nerror: {root}/inner: there is no users.py any more\n" in shown.err
    assert shown.err.endswith("hint: put users.py back: it is checked then\n")
    assert shown.out.count("no findings in") == 1


def test_without_a_repository_there_is_nothing_to_watch(tmp_path: Path) -> None:
    with pytest.raises(IamgenError, match=r"there is no users\.py"):
        files_to_watch(tmp_path, ())


def test_the_library_is_asked_for_where_it_is_missing(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(IamgenError) as raised:
        run(make_repo(), [])
    assert raised.value.faults[0].problem == "it needs the library watchfiles, which is not installed"
    assert raised.value.faults[0].hint == "install it beside iamgen: pip install watchfiles"


def test_a_check_that_dies_is_told_and_a_bug_of_ours_is_reported(
    make_repo: MakeRepo, capfd: pytest.CaptureFixture[str]
) -> None:
    def die(_folder: Path) -> int:
        os._exit(9)

    def fail(_folder: Path) -> int:
        raise LookupError("a bug")

    root = make_repo()
    assert run(root, [{"users.py": GOOD}], checked=die) is None
    message = "error: check: the process that checks was ended before it was done\nhint: look whether memory is short\n"
    assert capfd.readouterr().err.count(message) == 2
    with pytest.raises(RuntimeError, match="LookupError: a bug"):
        run(root, [], checked=fail)


def test_it_is_for_people(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(), "check", "--watch", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --watch: it prints text, and not json\nhint: leave out one of the two options\n"


def test_at_a_terminal(make_repo: MakeRepo, environment: dict[str, str]) -> None:
    root = make_repo(GOOD)
    (root / "stack.json").write_text('{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}')
    command = ["-m", "iamgen", "check", "--watch", "--no-lint", "stack.json"]
    child: Any = pexpect.spawn(sys.executable, command, cwd=str(root), env=environment, encoding="utf-8", timeout=60)
    child.expect_exact("watching 1 file for changes; ^C ends it")
    (root / "stack.json").write_text('{"Resources": 5}')
    child.expect(r"\d\d:\d\d:\d\d changed: stack.json\r\n")
    child.expect_exact("stack.json: is no template: it has no Resources")
    child.sendintr()
    child.expect_exact("interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
