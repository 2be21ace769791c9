"""The commands plan, apply, cancel and stack-set, and their older spellings as options of deploy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from iamgen.cli.main import iamgen as program
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError
from iamgen.ui.console import Console

ROOT = Path(__file__).resolve().parents[2]
ARN = "arn:aws:iam::111111111111:user"
MOST_OPTIONS = 14
COMMANDS = ("apply", "cancel", "deploy", "plan", "stack-set")
Aws = Any
Iamgen = Any
MakeRepo = Callable[..., Path]


@pytest.fixture
def deployed(tmp_path: Path, aws: Aws, iamgen: Iamgen) -> Path:
    """Return a copy of the example, dev's stack deployed, after which bob lost ReadR there."""
    root = tmp_path / "example"
    root.mkdir()
    for name in ("users.py", "CONST.inc"):
        shutil.copy(ROOT / name, root / name)
    with (root / "CONST.inc").open("a") as file:
        file.write("DEV_AWS_PROFILE=of-dev\n")
    aws.people("/alice", "/bob", "/carol", "/auditors/dave")
    assert iamgen(root, "deploy", "dev", "--yes", "--no-lint").returncode == 0
    text = (root / "users.py").read_text()
    (root / "users.py").write_text(text.replace('"dev": ("OpsR", "ReadR"), "prod"', '"dev": "OpsR", "prod"'))
    return root


def command_of(name: str) -> click.Command:
    command = program.get_command(click.Context(program), name)
    assert command
    return command


def shown(command: click.Command) -> list[str]:
    """Return the options that the help of a command shows."""
    return [str(param.name) for param in command.params if isinstance(param, click.Option) and not param.hidden]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_has_more_options_than_one_can_read(name: str) -> None:
    assert len(shown(command_of(name))) <= MOST_OPTIONS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_shows_every_option_once(name: str) -> None:
    command = command_of(name)
    text = command.get_help(click.Context(command, info_name=name))
    for option in command.params:
        if isinstance(option, click.Option):
            rows = re.findall(rf"^  {re.escape(option.opts[0])}(?![\w-])", text, re.MULTILINE)
            assert len(rows) == (not option.hidden), option.opts


def test_what_is_planned_is_applied(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    planned = iamgen(deployed, "plan", "dev", "-o", "plan.json", "--no-lint", "--exit-code")
    assert (planned.returncode, planned.stderr) == (
        4,
        f"the plan is kept: iamgen apply {(deployed / 'plan.json').resolve()}\n",
    )
    looked = iamgen(deployed, "apply", "plan.json", "--dry-run", "--exit-code")
    assert (looked.returncode, looked.stdout, len(aws.change_sets("dev"))) == (4, planned.stdout, 1)
    assert looked.stderr.endswith("\nnext: iamgen apply plan.json\n")
    assert f"{ARN}/bob" in aws.trusted("dev", "ReadR")
    applied = iamgen(deployed, "apply", "plan.json", "--yes")
    assert (applied.returncode, applied.stdout) == (0, planned.stdout)
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")


def test_the_older_spellings_work(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    planned = iamgen(deployed, "deploy", "dev", "--plan-only", "--plan-file", "plan.json", "--no-lint")
    assert planned.returncode == 0, planned.stderr
    assert iamgen(deployed, "deploy", "dev", "--plan-only", "--no-lint", "--no-cache").stdout == planned.stdout
    applied = iamgen(deployed, "deploy", "--execute-plan", "plan.json", "--yes")
    assert (applied.returncode, applied.stdout) == (0, planned.stdout)
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")
    cancelled = iamgen(deployed, "deploy", "dev", "--cancel", "--dry-run")
    assert (cancelled.returncode, cancelled.stderr) == (0, "dev (222222222222): nothing is under way\n")
    assert iamgen(deployed, "cancel", "dev", "--dry-run").stderr == cancelled.stderr


def test_a_stack_set_by_either_spelling(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    for words in (("stack-set", "staging"), ("deploy", "--stack-set", "staging")):
        done = iamgen(root, *words, "--dry-run", "--no-lint", "--ou", "ou-1")
        assert (done.returncode, done.stderr.partition("\n")[0]) == (
            2,
            "error: stack-set: CONST.inc declares no account of the kind staging",
        )


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("plan", "-o", "x"), "such as: iamgen plan dev"),
        (("cancel",), "such as: iamgen cancel dev"),
        (("deploy", "dev", "--all"), "such as: iamgen deploy dev"),
        (("plan", "dev"), "iamgen plan --help"),
        (("deploy", "dev", "--execute-plan", "x"), "leave out accounts, --repair and what makes a plan"),
    ],
)
def test_wrong_usage(make_repo: MakeRepo, iamgen: Iamgen, words: tuple[str, ...], hint: str) -> None:
    done = iamgen(make_repo(), *words)
    assert (done.returncode, done.stdout, done.stderr.splitlines()[-1]) == (2, "", f"hint: {hint}")


@pytest.mark.parametrize("option", ["--import-existing", "--import-existing-resources"])
def test_what_is_there_already_is_not_taken_over(option: str) -> None:
    with pytest.raises(UsageError) as raised:
        command_of("deploy").main(["dev", option], standalone_mode=False, obj=Session(Console.standard()))
    assert raised.value.faults == (
        Fault(
            "deploy --import-existing",
            "iamgen takes over no resource that is there already: CloudFormation imports only what a template keeps for "
            "good, and leaves it as it is, so that an imported role would go on trusting whoever it trusts",
            "leave the option out; put the new roles beside the old ones: iamgen docs how-to, under Adopt what exists",
        ),
    )


def stack_tags(aws: Aws) -> dict[str, str]:
    (stack,) = aws.client("cloudformation", "dev").describe_stacks()["Stacks"]
    return {tag["Key"]: tag["Value"] for tag in stack["Tags"]}


def test_tags_of_the_settings(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    """Each stack gets them; a change of nothing else is deployed, and what somebody else gave the stack stays."""
    text = (deployed / "users.py").read_text() + "from iamgen import Settings\n"
    (deployed / "users.py").write_text(text + 'SETTINGS = Settings(tags={"team": "blue", "shift": "late"})\n')
    assert iamgen(deployed, "deploy", "dev", "--yes", "--no-lint").returncode == 0
    assert stack_tags(aws) == {"team": "blue", "shift": "late"}
    (deployed / "users.py").write_text(text + 'SETTINGS = Settings(tags={"team": "red"})\n')
    planned = iamgen(deployed, "deploy", "dev", "--dry-run", "--no-lint", "--exit-code")
    assert planned.returncode == 4
    assert "dev (222222222222): update the stack infra\n! nothing but tags changes" in planned.stdout
    done = iamgen(deployed, "deploy", "dev", "--yes", "--no-lint")
    assert done.returncode == 0, done.stderr
    assert stack_tags(aws) == {"team": "red", "shift": "late"}
    same = iamgen(deployed, "deploy", "dev", "--yes", "--no-lint")
    assert same.stdout.startswith("dev (222222222222): nothing to change in the stack infra\n")


def test_a_service_role_is_shown_kept_in_the_plan_and_shown_again(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    role = "arn:aws:iam::222222222222:role/cloudformation"
    line = f"! from now on CloudFormation acts as {role} in this stack\n"
    option = ("--service-role", "arn:aws:iam::{account_id}:role/cloudformation")
    planned = iamgen(deployed, "plan", "dev", "-o", "plan.json", "--no-lint", *option)
    assert planned.returncode == 0, planned.stderr
    assert line in planned.stdout
    note = f"dev (222222222222): {role}, as which CloudFormation acts, is not of this stack: what it may do was not looked at\n"
    assert note in planned.stderr
    applied = iamgen(deployed, "apply", "plan.json", "--yes")
    assert (applied.returncode, applied.stdout) == (0, planned.stdout), applied.stderr


def test_a_service_role_of_another_account_is_wrong_usage(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    role = "arn:aws:iam::333333333333:role/cloudformation"
    done = iamgen(deployed, "deploy", "dev", "--no-lint", "--dry-run", "--service-role", role)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"error: --service-role: {role} is no role of dev (222222222222)\n"
        "hint: such as 'arn:aws:iam::{account_id}:role/cloudformation'\n",
    )
