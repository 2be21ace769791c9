"""`iamgen bootstrap`: its options."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from iamgen.cli import options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:
    from iamgen.commands.bootstrap import BootstrapRequest

_FILE = click.Path(dir_okay=False, path_type=Path)
_HEADINGS = {
    "The person": ("user", "account", "mfa_serial", "access_key_id", "secret_access_key"),
    "Console links, and a guide": ("all_roles", "form", "output", "guide"),
    "The files under ~/.aws": ("only", "write", "keep_key", "yes", "dry_run"),
}

_HELP = """Print a person's console links, or set up their ~/.aws.

\b
iamgen bootstrap --user bob
    links to the console
iamgen bootstrap --user bob --access-key-id AKIA… --write
    and the files under ~/.aws; the secret is asked for
iamgen bootstrap --user bob --keep-key --write
    renew the config, for new roles

Without --write, the text of the files is printed. --write first shows
what it would do and asks; sections that iamgen did not write stay as they
are, and a copy of each file that changes is kept beside it.

--const-file, --config-tpl-file and --credentials-tpl-file name files to
read instead of CONST.inc, aws-cli.config.tpl and aws-cli.credentials.tpl.
"""


@click.command(cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.option("--user", required=True, metavar="NAME", help="The person, as users.py calls them.")
@click.option("--account", metavar="NAME", help="The name of their own profile, AWS_ACCOUNT_NAME.")
@click.option("--mfa-serial", metavar="ARN", help="Their MFA device, unless it has their name.")
@click.option("--access-key-id", metavar="ID", help="Their access key. Without it only links are printed.")
@click.option(
    "--secret-access-key",
    metavar="KEY",
    help="Its secret; - reads it from stdin. Better left out: AWS_SECRET_ACCESS_KEY is taken, or it is asked for.",
)
@click.option("--all-roles", is_flag=True, help="Print links to every role, whoever may assume it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html", "extend-switch-roles", "json"]),
    default="markdown",
    show_default=True,
    help="The format of the links.",
)
@click.option("--json", "as_json", is_flag=True, hidden=True, help="The same as --format json.")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write the links, or the guide, into a file.")
@click.option("--guide", is_flag=True, help="Print a page for their first day: sign in, MFA, key, roles.")
@click.option("--only", type=click.Choice(["config", "credentials"]), help="Print this file's text and nothing else.")
@click.option("--write", is_flag=True, help="Merge into ~/.aws/config and ~/.aws/credentials.")
@click.option("--keep-key", is_flag=True, help="With --write: renew the config for new roles; the key stays.")
@options.yes
@options.dry_run
@click.option("--const-file", type=_FILE, hidden=True, help="Instead of CONST.inc.")
@click.option("--config-tpl-file", type=_FILE, hidden=True, help="Instead of aws-cli.config.tpl.")
@click.option("--credentials-tpl-file", type=_FILE, hidden=True, help="Instead of aws-cli.credentials.tpl.")
@click.pass_obj
def bootstrap(
    session: Session,
    /,
    *,
    user: str,
    account: str | None,
    mfa_serial: str | None,
    access_key_id: str | None,
    secret_access_key: str | None,
    all_roles: bool,
    form: Literal["markdown", "html", "extend-switch-roles", "json"],
    as_json: bool,
    output: Path | None,
    guide: bool,
    only: Literal["config", "credentials"] | None,
    write: bool,
    keep_key: bool,
    yes: bool,
    dry_run: bool,
    const_file: Path | None,
    config_tpl_file: Path | None,
    credentials_tpl_file: Path | None,
) -> int:
    """Print a person's console links, or set up their ~/.aws."""
    from iamgen.commands.bootstrap import BootstrapRequest, InputFiles, KeyOptions, LinkOptions, bootstrap
    from iamgen.commands.requests import Consent

    if as_json and form not in {"markdown", "json"}:
        raise UsageError([Fault("--json", f"it is not --format {form}", "leave one of the two out")])
    files = InputFiles(const_file, config_tpl_file, credentials_tpl_file)
    key = KeyOptions(access_key_id, secret_access_key, keep_key)
    links = LinkOptions("json" if as_json else form, output, all_roles, guide)
    request = BootstrapRequest(
        session.folder, user, account, mfa_serial, files, key, links, only, write, Consent(yes, dry_run)
    )
    conflict = next(_conflicts(request), None)
    if conflict:
        raise UsageError([conflict])
    return bootstrap(request, session.console)


def _conflicts(request: BootstrapRequest) -> Iterator[Fault]:
    """Yield a fault for each pair of options that do not go together, the gravest first."""
    key, links = request.key, request.links
    is_used_by_option = {
        "--access-key-id": bool(key.id),
        "--secret-access-key": bool(key.secret),
        "--only": bool(request.only),
        "--write": request.write,
        "--all-roles": links.all_roles,
        "--json": links.form == "json",
        "--format": links.form not in {"markdown", "json"},
    }
    used = {option for option, is_used in is_used_by_option.items() if is_used}
    if links.guide:
        yield from _excluded("--guide", used)
    if request.only:
        yield from _excluded("--only", used & {"--write", "--all-roles"})
    if (links.form != "markdown" or links.output) and (key.is_named or request.only or request.write):
        yield Fault("bootstrap", "--format and -o are about links alone", "run it twice: once without a key")
    if request.write and not key.is_named and not key.stays:
        hint = "name it: --access-key-id AKIA…; or renew the config alone: --keep-key"
        yield Fault("bootstrap --write", "without a key there are only links", hint)
    if key.stays and (key.is_named or not request.write):
        problem = "it is for --write without a key: the one that is there stays"
        yield Fault("--keep-key", problem, "leave the key out" if key.is_named else "add --write")


def _excluded(option: str, excluded: set[str]) -> Iterator[Fault]:
    if excluded:
        yield Fault(option, f"it does not go together with {' and '.join(sorted(excluded))}", "run it twice")
