"""`iamgen bootstrap`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--user", required=True, help="The person, as users.py calls them.")
@click.option("--account", metavar="NAME", help="What their own profile is called, AWS_ACCOUNT_NAME.")
@click.option("--const-file", type=_FILE, metavar="FILE", help="Instead of CONST.inc.")
@click.option("--config-tpl-file", type=_FILE, metavar="FILE", help="Instead of aws-cli.config.tpl.")
@click.option("--credentials-tpl-file", type=_FILE, metavar="FILE", help="Instead of aws-cli.credentials.tpl.")
@click.option("--access-key-id", metavar="ID", help="Their access key. Without one there are only links.")
@click.option(
    "--secret-access-key",
    metavar="KEY",
    help="Its secret; - reads it from stdin. Better left out: AWS_SECRET_ACCESS_KEY is taken, or it is asked for.",
)
@click.option("--mfa-serial", metavar="ARN", help="Their MFA device, unless it is called as they are.")
@click.option("--write", is_flag=True, help="Merge into ~/.aws/config and ~/.aws/credentials.")
@click.option("--keep-key", is_flag=True, help="With --write: the config alone, for new roles; the key stays.")
@click.option("--only", type=click.Choice(["config", "credentials"]), help="Print this file's text and nothing else.")
@click.option("--all-roles", is_flag=True, help="Links to every role, whoever may assume it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html", "extend-switch-roles", "json"]),
    default="markdown",
    show_default=True,
    help="How links are written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Where links, or the guide, go instead of stdout.")
@click.option("--guide", is_flag=True, help="A page for their first day: sign in, MFA, key, roles.")
@shared.yes
@shared.dry_run
@click.pass_obj
def bootstrap(session: Session, /, as_json: bool, **options: Any) -> int:  # noqa: ANN401  # click's own
    """Make a person's console links, ~/.aws/credentials and ~/.aws/config.

    \b
    iamgen bootstrap --user bob                                  links into the console
    iamgen bootstrap --user bob --access-key-id AKIA… --write    and ~/.aws, the secret asked for
    iamgen bootstrap --user bob --keep-key --write               the config anew, for new roles

    Without --write, what belongs into ~/.aws is printed. --write shows first what it would do and asks; sections of
    other make stay as they are, and a copy of each file that changes is kept beside it.
    """
    _check(as_json=as_json, **options)
    from iamgen.commands.bootstrap import Bootstrapping, bootstrap

    form = "json" if as_json else options.pop("form")
    return bootstrap(Bootstrapping(session.folder, **{**options, "form": form}), session.console)


def _check(**options: Any) -> None:  # noqa: ANN401  # click's own
    """Raise UsageError for options that do not go together."""
    given = {name for name, value in options.items() if value}
    keys = {"access_key_id", "secret_access_key"}
    has_key = any(options[name] is not None for name in keys)
    formed = options["form"] != "markdown" or options["as_json"] or options["output"]
    for alone, others in (
        ("guide", {*keys, "only", "write", "all_roles", "as_json"}),
        ("only", {"write", "all_roles"}),
    ):
        if alone in given and others & given:
            _refuse(f"--{alone}", "it does not go together with " + _named(others & given), "run it twice")
    if options["as_json"] and options["form"] not in {"markdown", "json"}:
        _refuse("--json", f"it is not --format {options['form']}", "leave one of the two out")
    if formed and (has_key or given & {"only", "write"}):
        _refuse("bootstrap", "--format and -o are about links alone", "run it twice: once without a key")
    if options["write"] and not has_key and not options["keep_key"]:
        hint = "name it: --access-key-id AKIA…; or renew the config alone: --keep-key"
        _refuse("bootstrap --write", "without a key there are only links", hint)
    if options["keep_key"] and (has_key or not options["write"]):
        what = "it is for --write without a key: the one that is there stays"
        _refuse("--keep-key", what, "leave the key out" if has_key else "add --write")


def _named(options: set[str]) -> str:
    names = {"as_json": "json"}
    return " and ".join(sorted(f"--{names.get(option, option).replace('_', '-')}" for option in options))


def _refuse(where: str, what: str, hint: str) -> None:
    raise UsageError([Fault(where, what, hint)])
