"""What people type: general options after the command, words of other tools, and names with a slip."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from iamgen.cli.command_list import OTHER_WORDS
from iamgen.cli.main import iamgen as program

MakeRepo = Callable[..., Path]


def run(*arguments: str, cwd: Path | None = None) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "iamgen", *arguments], check=False, capture_output=True, text=True, cwd=cwd
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("rendr", "did you mean render?"),
        ("Bootstrap", "did you mean bootstrap?"),
        ("lint", "the command for it is iamgen check"),
        ("rollback", "the command for it is iamgen promote"),
        ("xyzzy", "iamgen --help lists the commands"),
        (
            "destroy",  # and not deploy, which is alike
            "iamgen deletes no stack: take people and roles out of users.py, and deploy; accounts: iamgen docs how-to",
        ),
        ("Import", "iamgen takes over nothing that exists: iamgen docs how-to says how to go on beside it"),
    ],
)
def test_a_word_that_is_no_command_is_refused_with_the_one_that_was_meant(word: str, hint: str) -> None:
    error = f"error: iamgen {word}: there is no such command\nhint: {hint}\n"
    assert run(word, "dev") == (2, "", error)
    assert run("help", word) == (2, "", error)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            ("who-can", "s3:GetObject", "prod"),
            "error: iamgen who-can: Got unexpected extra argument (prod)\n"
            "hint: type iamgen who-can [OPTIONS] ACTION; iamgen who-can --help lists the options\n",
        ),
        (
            ("ci",),
            "error: iamgen ci: Missing argument 'PROVIDER...'. Choose from: github, gitlab\n"
            "hint: type iamgen ci [OPTIONS] PROVIDER...; iamgen ci --help lists the options\n",
        ),
        (
            ("render", "--formt", "json"),
            "error: iamgen render --formt: there is no such option\nhint: did you mean --format?\n",
        ),
        (
            ("deploy", "--al"),  # and not --cancel, which works, and which no help shows
            "error: iamgen deploy --al: there is no such option\nhint: did you mean --all or --allow-replacement?\n",
        ),
        (
            ("render", "-q"),
            "error: iamgen render -q: there is no such option\nhint: iamgen render --help lists the options\n",
        ),
        (
            ("render", "--format"),
            "error: iamgen render: Option '--format' requires an argument\nhint: iamgen render --help\n",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused_with_those_that_do(line: tuple[str, ...], error: str) -> None:
    assert run(*line) == (2, "", error)


def test_every_word_of_other_tools_leads_to_a_command_and_is_none_itself() -> None:
    names = program.list_commands(click.Context(program))
    for word, command in OTHER_WORDS.items():
        assert word not in names
        assert command.split()[0] in names


def test_help_and_version_may_be_typed_as_words() -> None:
    assert run("help") == run("--help")
    assert run("version") == run("--version")
    assert run("help", "render")[1] == run("render", "--help")[1]


@pytest.mark.parametrize(
    "line", [("--version", "--verbose"), ("-v", "--version"), ("version", "-v"), ("-v", "version")]
)
def test_the_versions_of_everything_are_shown_for_a_report(line: tuple[str, ...]) -> None:
    code, output, errors = run(*line)
    assert (code, errors) == (0, "")
    assert output.startswith(f"{run('--version')[1]}Python {sys.version.split()[0]}, {sys.platform}\n")
    for library in ("awacs", "boto3", "botocore", "cfn-lint", "click", "jinja2", "troposphere"):
        assert f"\n{library} {version(library)}\n" in output


def test_a_group_of_commands_has_help_and_refuses_other_words() -> None:
    assert run("help", "user", "show")[1] == run("user", "show", "--help")[1]
    assert run("user")[0] == 2
    refused = "error: iamgen user {}: there is no such command\nhint: {}\n"
    assert run("user", "shwo", "bob") == (2, "", refused.format("shwo", "did you mean show?"))
    assert run("user", "ls") == (2, "", refused.format("ls", "the command for it is iamgen user list"))
    surplus = "error: iamgen user show: Got unexpected extra argument (now)"
    assert run("help", "user", "show", "now")[2].startswith(surplus)


def test_a_group_imports_none_of_its_commands_for_its_help() -> None:
    code = (
        "import sys; from iamgen.cli.main import iamgen; iamgen.main(['user', '--help'], standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    modules = set(done.stderr.split())
    assert "iamgen.cli.user" in modules
    assert not {name for name in modules if name.startswith(("iamgen.cli.user_", "iamgen.declaration", "boto3"))}


def test_general_options_may_stand_after_the_command(make_repo: MakeRepo, tmp_path: Path) -> None:
    example = make_repo()
    before = run("-C", str(example), "render", "dev", "--no-lint", cwd=tmp_path)
    assert before[0] == 0
    assert run("render", "dev", "--no-lint", "-C", str(example), cwd=tmp_path) == before
    plain = run("render", "nope", cwd=example)
    assert (
        run("render", "nope", "--color", "always", cwd=example)[2]
        == run("--color", "always", "render", "nope", cwd=example)[2]
    )
    assert "\033[" in run("render", "nope", "--color", "always", cwd=example)[2]
    assert "\033[" not in plain[2]


def test_names_of_commands_are_completed_from_the_list() -> None:
    completion = ShellComplete(program, {}, "iamgen", "_IAMGEN_COMPLETE")
    assert [item.value for item in completion.get_completions([], "re")] == [
        "render",
        "report",
        "review",
        "release",
        "refresh-managed-policies",
    ]
    assert [item.value for item in completion.get_completions([], "--c")] == ["--color"]
    assert [item.value for item in completion.get_completions(["user"], "l")] == ["list"]


def test_accounts_are_completed_in_the_folder_that_is_named_after_the_command(make_repo: MakeRepo) -> None:
    completion = ShellComplete(program, {}, "iamgen", "_IAMGEN_COMPLETE")
    items = completion.get_completions(["render", "-C", str(make_repo())], "de")
    assert [item.value for item in items] == ["dev"]
