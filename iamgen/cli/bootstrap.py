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
    from iamgen.workstation.base_source import SourceOptions
    from iamgen.workstation.request import BootstrapRequest

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
iamgen bootstrap --user bob --login --write
    the config alone; `aws login` gets the credentials

Without --write, the text of the files is printed. --write first shows
what it would do and asks; sections that iamgen did not write stay as they
are unless you agree, or say --replace. Options that other tools added stay,
and a copy of each file that changes is kept beside it.

Without a stored key, the person's own profile gets its credentials by
--login (`aws login`), --credential-process COMMAND, or a session of IAM
Identity Center: --sso-session NAME --sso-role NAME.

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
@click.option(
    "--replace", "replaces", is_flag=True, hidden=True, help="Without asking, also what you wrote or edited yourself."
)
@click.option("-y", "--yes", is_flag=True, help="Without asking; what you wrote or edited yourself stays.")
@options.dry_run
@click.option("--login", is_flag=True, hidden=True, help="`aws login` gets the credentials.")
@click.option("--credential-process", metavar="COMMAND", hidden=True, help="This command prints them.")
@click.option("--sso-session", metavar="NAME", hidden=True, help="They are of a session of IAM Identity Center.")
@click.option("--sso-role", metavar="NAME", hidden=True, help="The role, or permission set, of that session.")
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
    replaces: bool,
    yes: bool,
    dry_run: bool,
    login: bool,
    credential_process: str | None,
    sso_session: str | None,
    sso_role: str | None,
    const_file: Path | None,
    config_tpl_file: Path | None,
    credentials_tpl_file: Path | None,
) -> int:
    """Print a person's console links, or set up their ~/.aws."""
    from iamgen.commands.bootstrap import bootstrap
    from iamgen.workstation.request import BootstrapRequest, InputFiles, KeyOptions, LinkOptions

    if as_json and form not in {"markdown", "json"}:
        raise UsageError([Fault("--json", f"it is not --format {form}", "leave one of the two out")])
    request = BootstrapRequest(
        session.folder, user, account, mfa_serial,
        InputFiles(const_file, config_tpl_file, credentials_tpl_file),
        KeyOptions(access_key_id, secret_access_key, keep_key),
        _source(login, credential_process, sso_session, sso_role),
        LinkOptions("json" if as_json else form, output, all_roles, guide),
        only, write, replaces, yes, dry_run,
    )  # fmt: skip
    conflict = next(_conflicts(request), None)
    if conflict:
        raise UsageError([conflict])
    return bootstrap(request, session.console)


def _source(
    login: bool,
    process: str | None,
    sso_session: str | None,
    sso_role: str | None,
) -> SourceOptions | None:
    """Return where the credentials come from, as the options say; None where they say nothing."""
    if not login and (process, sso_session, sso_role) == (None, None, None):
        return None
    from iamgen.workstation.base_source import SourceOptions

    return SourceOptions(login, process, sso_session, sso_role)


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
    yield from _source_conflicts(request)
    if request.write and not (key.is_named or key.stays or request.source):
        hint = "name it: --access-key-id AKIA…; renew the config alone: --keep-key; or do without a key: --login"
        yield Fault("bootstrap --write", "without a key there are only links", hint)
    if key.stays and (key.is_named or not request.write):
        problem = "it is for --write without a key: the one that is there stays"
        yield Fault("--keep-key", problem, "leave the key out" if key.is_named else "add --write")
    if request.replaces and not request.write:
        yield Fault("--replace", "it is for --write", "add --write, or leave it out")


def _source_conflicts(request: BootstrapRequest) -> Iterator[Fault]:
    """Yield what is wrong with the choice where the credentials come from."""
    source = request.source
    if not source:
        return
    options_by_name = {
        "--login": source.login,
        "--credential-process": source.process is not None,
        "--sso-session": source.sso_session is not None,
    }
    chosen = [name for name, is_chosen in options_by_name.items() if is_chosen]
    if len(chosen) > 1:
        yield Fault(chosen[0], f"it does not go together with {' and '.join(chosen[1:])}", "choose one of them")
    if (source.sso_session is None) != (source.sso_role is None):
        problem = "a session of IAM Identity Center and its role belong together"
        yield Fault("--sso-session", problem, "name both: --sso-session NAME --sso-role NAME")
    if request.key.is_named or request.key.stays:
        hint = "leave the key out" if request.key.is_named else "leave out --keep-key"
        yield Fault((*chosen, "--sso-role")[0], "it is for a profile without a stored key", hint)
    if request.only == "credentials" or not (request.write or request.only):
        yield Fault((*chosen, "--sso-role")[0], "it is about ~/.aws/config", "add --write, or --only config")


def _excluded(option: str, excluded: set[str]) -> Iterator[Fault]:
    if excluded:
        yield Fault(option, f"it does not go together with {' and '.join(sorted(excluded))}", "run it twice")
