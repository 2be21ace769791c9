"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Completer = Callable[[click.Context, click.Parameter, str], list[Any]]
"""What click asks for the words that may stand for a parameter, by how they begin."""
# The headings in the help of commands that deploy, and the parameters below each of them.
DEPLOY_HEADINGS = {
    "Losses to allow": ("allow_replacement", "lock_me_out"),
    "Credentials": ("profile", "role_arn_template", "service_role"),
    "Checks and results": ("on", "cache", "brief", "exit_code", "as_json"),
}


def file_or_stdout(_context: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    """Return the path of an option; None, which means stdout, also for `-`, as other programs have it."""
    return None if path is not None and str(path) == "-" else path


def file_alone(_context: click.Context, _param: click.Parameter, path: Path) -> Path:
    """Return the path of an option. Raises click.BadParameter for `-`, which would become a file of that name."""
    if str(path) == "-":
        raise click.BadParameter("it goes into a file, and never to stdout")
    return path


def completing(names: str) -> Completer:
    """Return what completes a word with those that a function of `completion_words`, called so, returns."""

    def complete(context: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from iamgen.cli import completion_words

        words: list[Any] = getattr(completion_words, names)(context, incomplete)
        return words

    return complete


account_names = completing("account_names")
user_names = completing("user_names")
actor_names = completing("actor_names")
role_names = completing("role_names")
rule_names = completing("rule_names")
revision_names = completing("revision_names")
any_file = completing("any_file")


def accounts(metavar: str, complete: Completer = account_names) -> Callable[[Command], Command]:
    """Return the argument that names accounts, completed by the shell."""
    return click.argument("accounts", nargs=-1, metavar=metavar, shell_complete=complete)


def every(command: Command) -> Command:
    """Add --all, which takes every account."""
    return click.option("--all", "every", is_flag=True, help="Take every account of CONST.inc.")(command)


def lint(command: Command) -> Command:
    """Add --no-lint, which leaves cfn-lint out."""
    return click.option("--lint/--no-lint", default=True, help="Ask cfn-lint too; on by default.")(command)


def cache(command: Command) -> Command:
    """Add --no-cache, which asks cfn-lint anew."""
    return click.option("--cache/--no-cache", default=True, help="Reuse cfn-lint's results; on by default.")(command)


def exit_code(when: str) -> Callable[[Command], Command]:
    """Return the option that lets the exit code tell a program what the output tells a person."""
    return click.option("--exit-code", is_flag=True, help=f"Exit with 4 when {when}.")


def yes(command: Command) -> Command:
    """Add --yes, which answers the command's question beforehand."""
    return click.option("-y", "--yes", is_flag=True, help="Do it without asking.")(command)


def dry_run(command: Command) -> Command:
    """Add --dry-run, which changes nothing."""
    return click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")(command)


def remote(command: Command) -> Command:
    """Add --remote, the name of a git remote."""
    text = "The git remote. Default: that of the current branch, else origin, else the only one."
    return click.option("--remote", metavar="NAME", help=text)(command)


def brief(command: Command) -> Command:
    """Add --brief, which shortens a plan."""
    return click.option("--brief", is_flag=True, help="Show only which resources change, without the details.")(command)


def fail_on(command: Command) -> Command:
    """Add --fail-on, which makes a difference of access an error."""
    text = (
        "Exit with 1 when somebody gains access (gain), gets a new way to become administrator (escalation), or when "
        "there is any difference (any). A difference that cannot be decided counts too."
    )
    return click.option("--fail-on", type=click.Choice(["gain", "escalation", "any"]), help=text)(command)


def as_json(command: Command) -> Command:
    """Add --json, which prints the result for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, and everything else on stderr.")(
        command
    )


def access(command: Command) -> Command:
    """Add the options that say whose credentials are used."""
    role = click.option(
        "--role-arn-template",
        metavar="ARN",
        help="The role to assume in each account, such as 'arn:aws:iam::{account_id}:role/deployer'.",
    )
    profile = click.option("--profile", metavar="NAME", help="The profile of ~/.aws/config for every account.")
    return profile(role(command))


def wait(command: Command) -> Command:
    """Add --wait, for a stack in which an operation is in progress."""
    text = "When an operation is in progress in a stack, wait for its end instead of refusing."
    return click.option("--wait", is_flag=True, help=text)(command)


def repair(command: Command) -> Command:
    """Add --repair, which removes drift as well."""
    return click.option("--repair", is_flag=True, help="Also put right what `iamgen drift` finds.")(command)


def bucket(command: Command) -> Command:
    """Add --bucket, for a template that is too large for a request: the error that asks for it names it."""
    text = "An S3 bucket of the account, for a template over 51,200 bytes."
    return click.option("--bucket", metavar="NAME", hidden=True, help=text)(command)


def service_role(command: Command) -> Command:
    """Add --service-role, as which CloudFormation carries out the deployment."""
    text = (
        "The role as which CloudFormation acts, such as 'arn:aws:iam::{account_id}:role/cloudformation'. "
        "The stack keeps it."
    )
    return click.option("--service-role", metavar="ARN", help=text)(command)


def permit(command: Command) -> Command:
    """Add the options that allow losses: the fields of `Permit`."""
    replacement = click.option(
        "--allow-replacement", is_flag=True, help="Allow this time that groups and roles are replaced or deleted."
    )
    lock_out = click.option(
        "--lock-me-out", is_flag=True, help="Allow that the last way into an account is taken away."
    )
    return replacement(lock_out(command))


def lint_and_cache(command: Command) -> Command:
    """Add the options of cfn-lint: the fields of `Lint`. The cache is a detail that no help needs to mention."""
    on = click.option("--lint/--no-lint", "on", default=True, help="Ask cfn-lint too; on by default.")
    cache = click.option("--cache/--no-cache", default=True, hidden=True, help="Use the cache of cfn-lint's results.")
    return on(cache(command))


def stack_sets(*, hidden: bool = False) -> Callable[[Command], Command]:
    """Return what adds the options of a stack set: the fields of `Settings` in `deploy.stack_sets`."""
    added = (
        (
            "--ou",
            "units",
            {"multiple": True, "metavar": "ID", "help": "Deploy to this organisational unit, service-managed."},
        ),
        ("--delegated-admin", "delegated", {"is_flag": True, "help": "Act as the organisation's delegated admin."}),
        ("--administration-role", None, {"metavar": "ARN", "help": "Self-managed: the role as which AWS acts."}),
        ("--execution-role", None, {"metavar": "NAME", "help": "Self-managed: the role in each account."}),
        ("--failure-tolerance", "failures", _number(0, 0, "How many accounts may fail before AWS stops.")),
        ("--concurrency", "at_once", _number(1, 1, "How many accounts at once.")),
    )

    def decorated(command: Command) -> Command:
        for option, name, settings in reversed(added):
            command = click.option(option, *filter(None, (name,)), hidden=hidden, **settings)(command)
        return command

    return decorated


def _number(least: int, default: int, text: str) -> dict[str, object]:
    return {
        "type": click.IntRange(min=least),
        "default": default,
        "show_default": True,
        "metavar": "NUMBER",
        "help": text,
    }
