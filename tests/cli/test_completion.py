"""What shells complete: asked by each real shell that the machine has, from a repository's own names, in no time."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pexpect
import pytest
from click.shell_completion import ShellComplete

from iamgen.cli import completion_words
from iamgen.cli.completion_scripts import PLACES, script
from iamgen.cli.main import iamgen as program

CONST = "".join(
    f"{name}_AWS_ACCOUNT_ID={digit * 12}\n"
    for name, digit in {"USER_ONLY": "1", "SHOP_DEV": "2", "SHOP_PROD": "3", "BLOG_DEV": "4", "BLOG_PROD": "5"}.items()
)
USERS = """\
import iamgen
from iamgen import CIUser, Role, Settings, User
print("users.py was run")
USERS = (User("alice", {"*": "OpsR"}), User(name="albert", access={"*": "ReadR"}), iamgen.User("bob", {"*": "ReadR"}))
CI_USERS = (CIUser("alarm", {"*-dev": "ReadR"}),)
ROLES = (Role("DataR", services=("s3",)),)
SETTINGS = Settings(channels=("infra", "early"))
"""
Complete = Callable[..., list[str]]
needs = {
    name: pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed")
    for name in ("bash", "zsh", "fish")
}


@pytest.fixture
def root(make_repo: Callable[..., Path], environment: dict[str, str]) -> Path:
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    folder = make_repo(USERS, f"GLOBAL_AWS_REGION=eu-west-1\n{CONST}")
    (folder / "shop-dev").touch()  # a pattern is no pattern of files
    return folder


completion = ShellComplete(program, {}, "iamgen", "_IAMGEN_COMPLETE")


def values(line: str, root: Path) -> list[str]:
    """Return what may stand for the last word of a line, in a repository."""
    words = line.split(" ")
    return [item.value for item in completion.get_completions(["-C", str(root), *words[:-1]], words[-1])]


@pytest.fixture
def released(root: Path, at_home: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the repository with releases, a branch, reviews and a receipt, as the current folder."""
    for command in ("init --quiet", "add --all", "commit --quiet -m x", "tag v0.9.0", "tag v0.10.0", "branch early"):
        subprocess.run(["git", *command.split()], cwd=root, check=True)
    (root / "reviews").mkdir()
    for name in ("reviews/2026-Q4.md", "reviews/2026-Q3.csv", "offboarded-bob.json"):
        (root / name).touch()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def complete(root: Path, environment: dict[str, str]) -> Complete:
    """Return what gives bash's completions of a command line whose last word is begun."""

    def run(line: str) -> list[str]:
        code = (
            'source <(iamgen completion bash); read -ra COMP_WORDS <<< "$1"; [[ $1 == *" " ]] && COMP_WORDS+=("")\n'
            "COMP_LINE=$1 COMP_POINT=${#1}\n"
            'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _iamgen_completion iamgen; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "--norc", "-c", code, "bash", line], cwd=root, env=environment,
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.split()

    return run


@needs["bash"]
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("iamgen ren", ["render"]),
        ("iamgen completion ", ["bash", "zsh", "fish"]),
        ("iamgen render --al", ["--all"]),
        ("iamgen render shop-", ["shop-dev", "shop-prod"]),
        ("iamgen render *", [r"\*", r"\*-dev", r"\*-prod"]),
        ("iamgen deploy u", ["user-only"]),
        ("iamgen bootstrap al", ["alice", "albert"]),
        ("iamgen bootstrap --user b", ["bob"]),
        ("iamgen can al", ["alice", "albert", "alarm"]),
        ("iamgen can role/", ["role/AdminR", "role/OpsR", "role/ReadR", "role/DataR"]),
        ("iamgen can alice s3:GetObject --via D", ["DataR"]),
        ("iamgen who-can s3:GetObject --in blog-p", ["blog-prod"]),
        ("iamgen promote ", ["infra", "early"]),
        ("iamgen release maj", ["major"]),
        ("iamgen explain trust-without", ["trust-without-mfa"]),
        ("iamgen check --ignore full", ["full-power"]),
        ("iamgen nothing", []),
        ("iamgen -C / render ", []),
    ],
)
def test_bash_completes(complete: Complete, line: str, words: list[str]) -> None:
    assert complete(line) == words


@needs["bash"]
def test_releases_are_completed_newest_first(complete: Complete, root: Path, at_home: None) -> None:
    for command in ("init --quiet", "add --all", "commit --quiet -m x", "tag v0.9.0", "tag v0.10.0", "tag other"):
        subprocess.run(["git", *command.split()], cwd=root, check=True)
    assert complete("iamgen promote infra ") == ["v0.10.0", "v0.9.0"]


@needs["bash"]
@pytest.mark.parametrize("users", ["def", "x = ()", "USERS = [User(name) for name in names]", "\0"])
def test_what_cannot_be_read_has_no_names(complete: Complete, root: Path, users: str) -> None:
    (root / "users.py").write_text(users)
    assert complete("iamgen bootstrap ") == []
    assert complete("iamgen promote ") == ["infra"]
    assert complete("iamgen promote infra ") == []


COMPLETED = {
    "iamgen render shop-p": "shop-prod ",
    "iamgen render --format=y": "--format=yaml ",
    "iamgen can bob@shop-p": "bob@shop-prod ",
    "iamgen render '*-d": "'*-dev' ",
    "iamgen can bob s3:GetObject --via D": "s3:GetObject --via DataR ",
    "AWS_PROFILE=any iamgen ren": "AWS_PROFILE=any iamgen render ",
}
"""How lines end after a tab: a shell may divide words at `=`, `:` and `@`, and quotes stay as they are."""


def typed(child: Any, line: str) -> str:
    """Return what a terminal shows of a line after a tab, and take the line away."""
    child.send(f"{line}\tENDS")
    child.expect_exact("ENDS")
    child.send("\x15")  # ^U
    return shown_on_a_terminal(child.before)


def shown_on_a_terminal(text: str) -> str:
    """Return what is left when steps back are taken, and the bell is not heard."""
    letters: list[str] = []
    position = 0
    for letter in re.sub("\x1b\\[[0-9;?]*[a-zA-Z]|\a", "", text):
        if letter == "\b":
            position -= 1
        else:
            letters[position : position + 1] = letter
            position += 1
    return "".join(letters)


@needs["bash"]
def test_a_tab_completes_in_bash(root: Path, environment: dict[str, str]) -> None:
    child = pexpect.spawn("bash", ["--norc", "-i"], cwd=str(root), env=environment, encoding="utf-8", timeout=30)
    child.sendline("source <(iamgen completion bash); PS1='ready> '; bind 'set bell-style none'")
    child.expect("\nready> |\rready> ")
    for line, end in COMPLETED.items():
        assert typed(child, line).endswith(end), line
    child.close()


@needs["zsh"]
def test_a_tab_completes_in_zsh(root: Path, environment: dict[str, str]) -> None:
    child = pexpect.spawn(
        "zsh", ["-f", "-i"], cwd=str(root), env={**environment, "TERM": "dumb"}, encoding="utf-8", timeout=30
    )
    child.sendline("autoload -Uz compinit && compinit -u -D && source <(iamgen completion zsh); echo rea''dy")
    child.expect_exact("ready")
    for line, end in COMPLETED.items():
        assert typed(child, line).endswith(end), line
    child.close()


@needs["fish"]
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("iamgen render shop-p", ["shop-prod"]),
        ("iamgen render --format=y", ["--format=yaml"]),
        ("iamgen can bob@shop-p", ["bob@shop-prod"]),
        ("iamgen render *-d", ["*-dev"]),
    ],
)
def test_fish_completes(line: str, words: list[str], root: Path, environment: dict[str, str]) -> None:
    code = f"iamgen completion fish | source; complete --do-complete '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", code], cwd=root, env=environment,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.split() == words, done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("access al", ["alice", "albert", "alarm"]),
        ("access --in blog-p", ["blog-prod"]),
        ("access --role D", ["DataR"]),
        ("can bob@blog-", ["bob@blog-dev", "bob@blog-prod"]),
        ("keys rotate a", ["alarm"]),
        ("user offboard al", ["alice", "albert"]),
        ("stack-set ", ["dev", "prod", "workload"]),
        ("check blog", ["blog-dev", "blog-prod"]),
        ("init --region eu-west-", ["eu-west-1", "eu-west-2", "eu-west-3"]),
        ("help re", ["render", "report", "review", "release", "refresh-managed-policies"]),
        ("help user s", ["show"]),
        ("help render x", []),
        ("graph --format ", ["svg", "dot", "mermaid"]),
        ("graph --of=al", ["alice", "albert", "alarm"]),
        ("diff v", ["v0.10.0", "v0.9.0"]),
        ("diff v0.9.0 e", ["early"]),
        ("changes v0.9.0 v0.1", ["v0.10.0"]),
        ("can alice s3:GetObject --at v0.1", ["v0.10.0"]),
        ("report --since e", ["early"]),
        ("review check reviews/x.md --at v0.9", ["v0.9.0"]),
        ("review check ", ["reviews/2026-Q3.csv", "reviews/2026-Q4.md"]),
        ("user verify-receipt ", ["offboarded-bob.json"]),
        ("promote v", ["v0.10.0", "v0.9.0"]),
    ],
)
def test_each_command_completes_what_it_takes(line: str, words: list[str], released: Path) -> None:
    assert values(line, released) == words


@pytest.mark.parametrize(
    "line",
    [
        "apply p", "check ./p", "review check notes", "user verify-receipt x", "can --questions q",
        "diff --policy o", "diff --policy old.json n", "report -o r", "graph --output r", "plan dev -o p",
    ],
)  # fmt: skip
def test_the_shell_completes_files(line: str, released: Path) -> None:
    words = line.split()
    assert [item.type for item in completion.get_completions(["-C", str(released), *words[:-1]], words[-1])] == ["file"]


def test_a_rule_is_completed_by_its_id_too(root: Path) -> None:
    from iamgen.check.rules import every_rule

    ids = sorted(rule.id for rule in every_rule())
    assert values("explain E", root) == [number for number in ids if number.startswith("E")]
    assert values("check --ignore W1", root) == [number for number in ids if number.startswith("W1")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_says_where_it_goes_and_stdout_is_the_script(
    shell: str, root: Path, iamgen: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = iamgen(root, "completion", shell)
    assert (done.returncode, done.stdout, done.stderr) == (0, script(shell), "")
    assert f"# {PLACES[shell]}\n" in done.stdout
    assert done.stdout.startswith("#compdef iamgen\n") == (shell == "zsh")


def test_whoever_sees_the_script_is_told_where_it_goes(at_terminal: Callable[..., tuple[int, str]], root: Path) -> None:
    code, screen = at_terminal(root, [sys.executable, "-m", "iamgen", "completion", "bash"], [])
    assert code == 0
    assert screen.endswith("next: put this line into ~/.bashrc: source <(iamgen completion bash)\n")


def test_every_rule_is_completed_by_its_name() -> None:
    from iamgen.check.rules import every_rule

    assert completion_words.rule_names(click.Context(program), "") == sorted(rule.name for rule in every_rule())


def test_the_words_come_without_what_is_heavy(root: Path, environment: dict[str, str]) -> None:
    """How long it takes is how long Python takes to start: nothing is loaded that renders, lints or asks AWS."""
    code = (
        "import sys, click; from iamgen.cli import completion_words as words; from iamgen.cli.main import iamgen\n"
        "context = click.Context(iamgen); words.actor_names(context, ''); words.account_names(context, '')\n"
        "words.rule_names(context, ''); words.rule_names(context, 'E'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert "users.py was run" not in done.stdout
    assert not {"troposphere", "boto3", "cfnlint", "jinja2", "iamgen.check.rules", "rich"} & set(done.stdout.split())
