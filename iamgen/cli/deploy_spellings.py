"""The older spellings of plan, apply, cancel and stack-set as options of deploy: no help shows them, and they work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from iamgen.cli import options as shared
from iamgen.cli.options import Command
from iamgen.cli.values import Parameters
from iamgen.errors import Fault, UsageError

_STACK_SET_ONLY = ("units", "delegated", "administration_role", "execution_role")
# What names accounts, plans or repairs; `dry_run` among it: an approved plan was shown before it was approved.
_NOT_WITH_APPROVED = ("accounts", "every", "repair", "dry_run", "plan_file")
_NOT_WITH_CANCEL = ("plan_file", "execute_plan", "repair", "wait", "bucket", "allow_replacement", "lock_me_out")
_NOT_WITH_STACK_SET = (
    "accounts",
    "every",
    "role_arn_template",
    "plan_file",
    "execute_plan",
    "cancel",
    "repair",
    "wait",
    "bucket",
)
_SPELLED = {"accounts": "ACCOUNT", "every": "--all"}


def options(command: Command) -> Command:
    """Add the older spellings, which no help shows."""
    file = click.Path(dir_okay=False, path_type=Path)
    for option in (
        click.option("--plan-file", type=file, hidden=True),
        click.option("--execute-plan", type=file, hidden=True),
        click.option("--cancel", is_flag=True, hidden=True),
        click.option("--stack-set", "kind", hidden=True),
        shared.stack_sets(hidden=True),
    ):
        command = option(command)
    return command


def command(parameters: Parameters) -> Callable[[click.Context], int] | None:
    """Return what an older spelling runs instead of `deploy`, None where it is `deploy` with or without a plan file.

    Raises UsageError for options that do not go together.
    """
    if parameters["kind"]:
        _refuse_others(parameters, _NOT_WITH_STACK_SET, "a stack set", "leave it out")
        from iamgen.cli.stack_set import run as deploy_stack_set

        return deploy_stack_set
    if any(parameters[name] for name in _STACK_SET_ONLY):
        raise UsageError([Fault("deploy", "that is for stack sets", "say iamgen stack-set KIND, or leave it out")])
    if parameters["cancel"]:
        _refuse_others(parameters, _NOT_WITH_CANCEL, "--cancel", "cancel first: iamgen cancel ACCOUNT")
        from iamgen.cli.cancel import run as cancel

        return cancel
    if parameters["execute_plan"] and any(parameters[name] for name in _NOT_WITH_APPROVED):
        what = "--execute-plan does what the file says, and nothing else"
        raise UsageError([Fault("deploy", what, "leave out accounts, --repair and what makes a plan")])
    return None


def _refuse_others(parameters: Parameters, names: tuple[str, ...], subject: str, hint: str) -> None:
    wrong = [_SPELLED.get(name, f"--{name.replace('_', '-')}") for name in names if parameters[name]]
    if wrong:
        raise UsageError([Fault("deploy", f"{subject} does not go with {', '.join(wrong)}", hint)])
