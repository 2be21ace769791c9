"""`iamgen deploy`: its options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.options import Command
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

_ALLOWANCES = ("allow_replacement", "lock_me_out")
_NOT_CANCELLED = ("plan_file", "execute_plan", "repair", "wait", "bucket", *_ALLOWANCES)


def _file(path: str, said: str) -> Callable[[Command], Command]:
    return click.option(path, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=said)


@click.command()
@shared.accounts("[ACCOUNT]...")
@click.option("--all", "every", is_flag=True, help="Every account of CONST.inc, side by side.")
@shared.yes
@click.option("--plan-only", "--dry-run", is_flag=True, help="Show the plan, and stop there; nothing is left in AWS.")
@_file("--plan-file", "Keep the plan in a file, and its change sets, for --execute-plan.")
@_file("--execute-plan", "Do what a kept plan says; refused when a stack moved meanwhile.")
@click.option("--exit-code", is_flag=True, help="Exit with 4 when something remains to be done.")
@click.option("--wait", is_flag=True, help="Wait for what somebody else is doing in a stack, instead of refusing.")
@click.option(
    "--cancel",
    is_flag=True,
    help="Stop an update under way; AWS puts all back as it was. With --dry-run: say what is under way.",
)
@click.option("--repair", is_flag=True, help="Put right what `iamgen drift` finds as well.")
@click.option("--allow-replacement", is_flag=True, help="Let groups and roles be replaced or deleted, this once.")
@click.option("--lock-me-out", is_flag=True, help="Let the last way into an account be taken away.")
@click.option("--bucket", metavar="NAME", help="An S3 bucket of the account's, for a template over 51,200 bytes.")
@shared.access
@shared.stack_sets
@click.option("--lint/--no-lint", default=True, help="Ask cfn-lint too; on by default.")
@click.option("--cache/--no-cache", "remember", default=True, help="Remember what cfn-lint found; on by default.")
@shared.as_json
@click.pass_obj
def deploy(session: Session, /, **options: Any) -> int:  # noqa: ANN401  # click's own, by name
    """Deploy accounts' stacks: plan, ask, do, follow.

    \b
    iamgen deploy dev                       show what changes, ask, deploy
    iamgen deploy --all --yes               user-only first, then the others side by side
    iamgen deploy prod --plan-file p.json   for approval; then: iamgen deploy --execute-plan p.json
    iamgen deploy dev --repair              also put right what was changed by hand

    Credentials are those of --profile, or of each account's <NAME>_AWS_PROFILE in CONST.inc, or what the AWS CLI
    would use; with --role-arn-template they assume that role in each account. They have to be of the account.
    AWS_ENDPOINT_URL says where AWS is, if it is elsewhere.
    """
    from iamgen.declaration.load import find_root

    sets = {name: options.pop(name) for name in shared.STACK_SET}
    if sets["kind"]:
        return _stack_set(session, sets, options)
    _check_usage(options, sets)
    if options.pop("cancel"):
        return _cancel(session, options)
    from iamgen.commands.deploy import Deploying, deploy

    return deploy(Deploying(find_root(session.folder), **options), session.console)


def _check_usage(options: dict[str, Any], sets: dict[str, Any]) -> None:
    """Refuse options that do not go together."""
    if any(sets[name] for name in ("units", "delegated", "administration_role", "execution_role")):
        raise UsageError([Fault("deploy", "that is for stack sets", "say --stack-set KIND, or leave it out")])
    _check_cancel(options)
    if options["execute_plan"]:
        if options["accounts"] or options["every"] or options["repair"] or options["plan_only"] or options["plan_file"]:
            what = "--execute-plan does what the file says, and nothing else"
            raise UsageError([Fault("deploy", what, "leave out accounts, --repair and what makes a plan")])
    elif bool(options["accounts"]) == options["every"]:
        raise UsageError([Fault("deploy", "it takes either accounts or --all", "such as: iamgen deploy dev")])


def _check_cancel(options: dict[str, Any]) -> None:
    wrong = [f"--{name.replace('_', '-')}" for name in _NOT_CANCELLED if options["cancel"] and options[name]]
    if wrong:
        what = f"--cancel does not go with {', '.join(wrong)}"
        raise UsageError([Fault("deploy", what, "cancel first: iamgen deploy ACCOUNT --cancel")])


def _cancel(session: Session, options: dict[str, Any]) -> int:
    from iamgen.commands.deploy_cancel import Cancelling, cancel_deployments
    from iamgen.declaration.load import find_root

    kept = ("accounts", "every", "profile", "role_arn_template", "yes", "exit_code", "as_json")
    given = {name: options[name] for name in kept}
    wanted = Cancelling(find_root(session.folder), dry_run=options["plan_only"], **given)
    return cancel_deployments(wanted, session.console)


def _stack_set(session: Session, sets: dict[str, Any], options: dict[str, Any]) -> int:
    from iamgen.commands.deploy_stack_set import StackSetDeploying, deploy_stack_set
    from iamgen.declaration.load import find_root

    kept = ("profile", "yes", "plan_only", "exit_code", "as_json", "lint", "remember", *_ALLOWANCES)
    wrong = sorted(name for name, value in options.items() if name not in kept and value)
    if wrong:
        words = {"every": "--all", "accounts": "ACCOUNT"}
        named = ", ".join(words.get(name, f"--{name.replace('_', '-')}") for name in wrong)
        raise UsageError([Fault("deploy", f"a stack set does not go with {named}", "leave it out")])
    kind = sets.pop("kind")
    given = {name: options[name] for name in kept}
    return deploy_stack_set(StackSetDeploying(find_root(session.folder), kind, how=sets, **given), session.console)
