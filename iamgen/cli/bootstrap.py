"""`iamgen bootstrap`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from iamgen.cli import bootstrap_options, options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:
    from iamgen.workstation.base_source import SourceOptions
    from iamgen.workstation.request import InputFiles, KeyOptions, LinkOptions

_HEADINGS = {
    "The person": ("user", "account", "mfa_serial", "access_key_id", "secret_access_key"),
    "Console links, and a guide": ("all_roles", "form", "output", "guide"),
    "The files under ~/.aws": ("only", "write", "keep_key", "yes", "dry_run"),
}

_HELP = """Print a person's console links, or set up their ~/.aws.

\b
iamgen bootstrap bob
    links to the console
iamgen bootstrap bob --access-key-id AKIA… --write
    and the files under ~/.aws; the secret is asked for
iamgen bootstrap bob --keep-key --write
    renew the config, for new roles
iamgen bootstrap bob --login --write
    the config alone; `aws login` gets the credentials

Without --write, the text of the files is printed. --write first shows
what it would do and asks; sections that iamgen did not write stay as they
are unless you agree, or say --replace. Options that other tools added stay,
and a copy of each file that changes is kept beside it.

Without a stored key, their credentials come from `aws login` (--login), from
a program (--credential-process COMMAND), or from IAM Identity Center
(--sso-session NAME --sso-role NAME).

--const-file, --config-tpl-file and --credentials-tpl-file name files to
read instead of CONST.inc, aws-cli.config.tpl and aws-cli.credentials.tpl.
"""


@click.command(cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.argument("name", required=False, metavar="USER", shell_complete=options.user_names)
@click.option(
    "--user",
    metavar="NAME",
    shell_complete=options.user_names,
    help="The same as USER: the person, as users.py calls them.",
)
@click.option(
    "--account", metavar="NAME", help="The name of their own profile. Default: AWS_ACCOUNT_NAME of CONST.inc."
)
@click.option(
    "--mfa-serial", metavar="ARN", help="The ARN of their MFA device. Default: the device that has their name."
)
@bootstrap_options.key
@bootstrap_options.links
@click.option("--only", type=click.Choice(["config", "credentials"]), help="Print this file's text and nothing else.")
@click.option("--write", is_flag=True, help="Merge the text into ~/.aws/config and ~/.aws/credentials.")
@click.option(
    "--replace", "replaces", is_flag=True, hidden=True, help="Without asking, also what you wrote or edited yourself."
)
@click.option("-y", "--yes", is_flag=True, help="Do it without asking. What you wrote or edited yourself stays.")
@options.dry_run
@bootstrap_options.source
@bootstrap_options.files
@click.pass_obj
def bootstrap(
    session: Session,
    /,
    *,
    name: str | None,
    user: str | None,
    account: str | None,
    mfa_serial: str | None,
    key: KeyOptions,
    links: LinkOptions,
    only: Literal["config", "credentials"] | None,
    write: bool,
    replaces: bool,
    yes: bool,
    dry_run: bool,
    source: SourceOptions | None,
    files: InputFiles,
) -> int:
    """Print a person's console links, or set up their ~/.aws."""
    from iamgen.commands.bootstrap import bootstrap
    from iamgen.workstation.request import BootstrapRequest

    person, purpose = _person(name, user), (only, write, replaces, yes, dry_run)
    request = BootstrapRequest(session.folder, person, account, mfa_serial, files, key, source, links, *purpose)
    conflict = next(bootstrap_options.conflicts(request), None)
    if conflict:
        raise UsageError([conflict])
    return bootstrap(request, session.console)


def _person(name: str | None, user: str | None) -> str:
    """Return for whom it is. Raises UsageError if nobody is named, or if two people are named."""
    people = {person for person in (name, user) if person}
    if len(people) != 1:
        problem = "it is for one person" if people else "it does not say for whom"
        raise UsageError([Fault("bootstrap", problem, "name the person: iamgen bootstrap bob")])
    return people.pop()
