"""Options of deploy that its help does not show.

There are two kinds: the older spellings of plan, apply, cancel and stack-set, which still work; and options that people
know from other tools and that iamgen does not have, which are refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from iamgen.cli import values
from iamgen.cli.options import Command
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` does not need it
    from iamgen.commands.requests import StackSetOptions


_NO_IMPORT = (
    "iamgen takes over no resource that is there already: CloudFormation imports only what a template keeps for good, "
    "and leaves it as it is, so that an imported role would go on trusting whoever it trusts"
)
_NO_IMPORT_HINT = (
    "leave the option out; put the new roles beside the old ones: iamgen docs how-to, under Adopt what exists"
)


class OlderSpelling(NamedTuple):
    """Options of deploy that are commands of their own now."""

    plan_file: Path | None
    """The file that keeps the plan: `iamgen plan -o FILE`."""
    execute_plan: Path | None
    """The kept plan to carry out: `iamgen apply FILE`."""
    cancel: bool
    """Whether to stop an update: `iamgen cancel`."""
    kind: str | None
    """The kind of accounts of a stack set: `iamgen stack-set KIND`."""
    stack_set: StackSetOptions
    """The options of that stack set."""
    import_existing: bool
    """Whether resources that exist are to be taken over, which is refused."""


def _spelling(
    *,
    plan_file: Path | None,
    execute_plan: Path | None,
    cancel: bool,
    kind: str | None,
    stack_set: StackSetOptions,
    import_existing: bool,
) -> OlderSpelling:
    return OlderSpelling(plan_file, execute_plan, cancel, kind, stack_set, import_existing)


def options(command: Command) -> Command:
    """Add the older spellings, which no help shows."""
    file = click.Path(dir_okay=False, path_type=Path)
    return values.group(
        "older",
        _spelling,
        click.option("--plan-file", type=file, hidden=True),
        click.option("--execute-plan", type=file, hidden=True),
        click.option("--cancel", is_flag=True, hidden=True),
        click.option("--stack-set", "kind", hidden=True),
        values.stack_sets(hidden=True),
        click.option("--import-existing", "--import-existing-resources", is_flag=True, hidden=True),
    )(command)


def command(older: OlderSpelling, line: values.CommandLine) -> Callable[[Session], int] | None:
    """Return what an older spelling runs instead of `deploy`, None where it is `deploy` with or without a plan file.

    Raises UsageError for options that do not go together.
    """
    if older.import_existing:
        raise UsageError([Fault("deploy --import-existing", _NO_IMPORT, _NO_IMPORT_HINT)])
    if older.kind:
        _refuse(_not_with_stack_set(older, line), "a stack set", "leave it out")
        from iamgen.cli.stack_set import run as deploy_stack_set

        return partial(deploy_stack_set, line=line, kind=older.kind, settings=older.stack_set)
    stack_set = older.stack_set
    if any((stack_set.units, stack_set.delegated, stack_set.administration_role, stack_set.execution_role)):
        raise UsageError([Fault("deploy", "that is for stack sets", "say iamgen stack-set KIND, or leave it out")])
    if older.cancel:
        _refuse(_not_with_cancel(older, line), "--cancel", "cancel first: iamgen cancel ACCOUNT")
        from iamgen.cli.cancel import run as cancel

        return partial(cancel, reach=line.reach, consent=line.consent, output=line.output)
    if older.execute_plan and _makes_plan(older, line):
        problem = "--execute-plan does what the file says, and nothing else"
        raise UsageError([Fault("deploy", problem, "leave out accounts, --repair and what makes a plan")])
    return None


def _makes_plan(older: OlderSpelling, line: values.CommandLine) -> bool:
    """Whether it names accounts, plans or repairs; or only shows: an approved plan was shown before it was approved."""
    return bool(
        line.reach.accounts or line.reach.every or line.deployment.repair or line.consent.dry_run or older.plan_file
    )


def _not_with_stack_set(older: OlderSpelling, line: values.CommandLine) -> Mapping[str, object]:
    return {
        "ACCOUNT": line.reach.accounts,
        "--all": line.reach.every,
        "--role-arn-template": line.reach.role_arn_template,
        "--plan-file": older.plan_file,
        "--execute-plan": older.execute_plan,
        "--cancel": older.cancel,
        "--repair": line.deployment.repair,
        "--wait": line.deployment.wait,
        "--bucket": line.deployment.bucket,
    }


def _not_with_cancel(older: OlderSpelling, line: values.CommandLine) -> Mapping[str, object]:
    return {
        "--plan-file": older.plan_file,
        "--execute-plan": older.execute_plan,
        "--repair": line.deployment.repair,
        "--wait": line.deployment.wait,
        "--bucket": line.deployment.bucket,
        "--allow-replacement": line.permit.allow_replacement,
        "--lock-me-out": line.permit.lock_me_out,
    }


def _refuse(values_by_option: Mapping[str, object], subject: str, hint: str) -> None:
    wrong = [option for option, value in values_by_option.items() if value]
    if wrong:
        raise UsageError([Fault("deploy", f"{subject} does not go with {', '.join(wrong)}", hint)])
