"""Groups of options that a command takes as one value: the accounts it works in, whether it asks, what it allows.

A group is a function whose keyword-only parameters are named like the options, and which returns the value that the
command takes. So a type checker sees every use of an option by its name, and a command has few parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from iamgen.cli import options
from iamgen.cli.options import Command
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, DeployOptions, Lint, Output, Permit, Reach, StackSetOptions

Value = TypeVar("Value")


def group(
    parameter: str, collect: Callable[..., Value], *decorators: Callable[[Any], Any]
) -> Callable[[Command], Command]:
    """Return what adds these options to a command, and hands over as one `parameter` what `collect` returns for them.

    `collect` takes each option as a parameter of its name, all of them with a type.
    """
    names = [name for name in collect.__annotations__ if name != "return"]

    def decorated(command: Command) -> Command:
        @wraps(command)
        def run(*arguments: object, **values: object) -> object:
            collected = collect(**{name: values.pop(name) for name in names})
            return command(*arguments, **values, **{parameter: collected})

        run.option_group = (parameter, collect)  # type: ignore[attr-defined]  # for the test that compares the names
        for decorator in reversed(decorators):
            run = decorator(run)
        return cast("Command", run)

    return decorated


class CommandLine(NamedTuple):
    """The groups of options of deploy, and of the commands that were a part of it; those that a command has no options
    for are as they are by default."""

    reach: Reach
    """The accounts, and whose credentials."""
    consent: Consent
    """Whether something may be changed."""
    permit: Permit
    """Which losses are allowed."""
    lint: Lint
    """How cfn-lint is used."""
    output: Output
    """How the result is reported."""
    deployment: DeployOptions
    """How the deployment goes about its work."""


def require_accounts(command: str, reach: Reach) -> None:
    """Raise UsageError unless accounts are either named or all meant."""
    if bool(reach.accounts) == reach.every:
        raise UsageError([Fault(command, "it takes either accounts or --all", f"such as: iamgen {command} dev")])


def _reach(*, accounts: tuple[str, ...], every: bool, profile: str | None, role_arn_template: str | None) -> Reach:
    from iamgen.commands.requests import Reach

    return Reach(accounts, every, profile, role_arn_template)


def _access(*, profile: str | None, role_arn_template: str | None) -> Reach:
    from iamgen.commands.requests import Reach

    return Reach(profile=profile, role_arn_template=role_arn_template)


def _consent(*, yes: bool, dry_run: bool) -> Consent:
    from iamgen.commands.requests import Consent

    return Consent(yes=yes, dry_run=dry_run)


def _permit(*, allow_replacement: bool, lock_me_out: bool) -> Permit:
    from iamgen.commands.requests import Permit

    return Permit(allow_replacement=allow_replacement, lock_me_out=lock_me_out)


def _lint(*, on: bool, cache: bool) -> Lint:
    from iamgen.commands.requests import Lint

    return Lint(on=on, cache=cache)


def _output(*, as_json: bool, exit_code: bool, brief: bool) -> Output:
    from iamgen.commands.requests import Output

    return Output(as_json=as_json, exit_code=exit_code, brief=brief)


def _result(*, as_json: bool, exit_code: bool) -> Output:
    from iamgen.commands.requests import Output

    return Output(as_json=as_json, exit_code=exit_code)


def _deployment(*, repair: bool, wait: bool, bucket: str | None, service_role: str | None) -> DeployOptions:
    from iamgen.commands.requests import DeployOptions

    return DeployOptions(repair=repair, wait=wait, bucket=bucket, service_role=service_role)


def _stack_sets(
    *,
    units: tuple[str, ...],
    delegated: bool,
    administration_role: str | None,
    execution_role: str | None,
    failures: int,
    at_once: int,
) -> StackSetOptions:
    from iamgen.commands.requests import StackSetOptions

    return StackSetOptions(units, delegated, administration_role, execution_role, failures, at_once)


reach = group("reach", _reach, options.accounts("[ACCOUNT]..."), options.every, options.access)
access = group("reach", _access, options.access)
permit = group("permit", _permit, options.permit)
deployment = group("deployment", _deployment, options.repair, options.wait, options.bucket, options.service_role)
lint = group("lint", _lint, options.lint_and_cache)


def consent(dry_run: Callable[[Any], Any] = options.dry_run) -> Callable[[Command], Command]:
    """Return what adds --yes and --dry-run, the second with the words that suit the command."""
    return group("consent", _consent, options.yes, dry_run)


def output(when: str) -> Callable[[Command], Command]:
    """Return what adds --brief, --exit-code, which is 4 in the case that `when` names, and --json."""
    return group("output", _output, options.brief, options.exit_code(when), options.as_json)


def result(when: str) -> Callable[[Command], Command]:
    """Return what adds --exit-code and --json alone, to a command that shows no plan."""
    return group("output", _result, options.exit_code(when), options.as_json)


def stack_sets(*, hidden: bool = False) -> Callable[[Command], Command]:
    """Return what adds the options of a stack set."""
    return group("stack_set", _stack_sets, options.stack_sets(hidden=hidden))
