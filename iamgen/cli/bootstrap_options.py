"""The options of `iamgen bootstrap` in groups, and which of them do not go together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from iamgen.cli import options
from iamgen.cli.values import group
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:
    from iamgen.workstation.base_source import SourceOptions
    from iamgen.workstation.request import BootstrapRequest, InputFiles, KeyOptions, LinkOptions

_FILE = click.Path(dir_okay=False, path_type=Path)


def _key(*, access_key_id: str | None, secret_access_key: str | None, keep_key: bool) -> KeyOptions:
    from iamgen.workstation.request import KeyOptions

    return KeyOptions(access_key_id, secret_access_key, keep_key)


def _links(
    *,
    all_roles: bool,
    form: Literal["markdown", "html", "extend-switch-roles", "json"],
    as_json: bool,
    output: Path | None,
    guide: bool,
) -> LinkOptions:
    from iamgen.workstation.request import LinkOptions

    if as_json and form not in {"markdown", "json"}:
        raise UsageError([Fault("--json", f"it is not --format {form}", "leave one of the two out")])
    return LinkOptions("json" if as_json else form, output, all_roles, guide)


def _source(
    *, login: bool, credential_process: str | None, sso_session: str | None, sso_role: str | None
) -> SourceOptions | None:
    """Return where the credentials come from, as the options say; None where they say nothing."""
    if not login and (credential_process, sso_session, sso_role) == (None, None, None):
        return None
    from iamgen.workstation.base_source import SourceOptions

    return SourceOptions(login, credential_process, sso_session, sso_role)


def _files(*, const_file: Path | None, config_tpl_file: Path | None, credentials_tpl_file: Path | None) -> InputFiles:
    from iamgen.workstation.request import InputFiles

    return InputFiles(const_file, config_tpl_file, credentials_tpl_file)


key = group(
    "key",
    _key,
    click.option("--access-key-id", metavar="ID", help="Their access key. Without it, only links are printed."),
    click.option(
        "--secret-access-key",
        metavar="KEY",
        help="The key's secret, or - for stdin. Best left out: then AWS_SECRET_ACCESS_KEY is used, or iamgen asks.",
    ),
    click.option(
        "--keep-key", is_flag=True, help="With --write: renew the config, such as for new roles, and keep the key."
    ),
)
links = group(
    "links",
    _links,
    click.option(
        "--all-roles", is_flag=True, help="Print links to all roles, not only those that the person may assume."
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["markdown", "html", "extend-switch-roles", "json"]),
        default="markdown",
        show_default=True,
        help="The format of the links.",
    ),
    click.option("--json", "as_json", is_flag=True, hidden=True, help="The same as --format json."),
    click.option(
        "-o",
        "--output",
        type=_FILE,
        callback=options.file_or_stdout,
        metavar="FILE",
        help="Write the links, or the guide, into a file instead of stdout.",
    ),
    click.option(
        "--guide",
        is_flag=True,
        help="Print a page for their first day: how to sign in, set up MFA and a key, and use the roles.",
    ),
)
source = group(
    "source",
    _source,
    click.option("--login", is_flag=True, hidden=True, help="`aws login` gets the credentials."),
    click.option("--credential-process", metavar="COMMAND", hidden=True, help="This command prints them."),
    click.option("--sso-session", metavar="NAME", hidden=True, help="They are of this session of Identity Center."),
    click.option("--sso-role", metavar="NAME", hidden=True, help="The role, or permission set, of that session."),
)
files = group(
    "files",
    _files,
    click.option("--const-file", type=_FILE, hidden=True, help="Instead of CONST.inc."),
    click.option("--config-tpl-file", type=_FILE, hidden=True, help="Instead of aws-cli.config.tpl."),
    click.option("--credentials-tpl-file", type=_FILE, hidden=True, help="Instead of aws-cli.credentials.tpl."),
)


def conflicts(request: BootstrapRequest) -> Iterator[Fault]:
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
