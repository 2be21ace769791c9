"""What somebody asks of `iamgen bootstrap`, as values: for whom, from which files, with which key, and what for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from iamgen.workstation.base_source import SourceOptions
    from iamgen.workstation.page import PageForm
    from iamgen.workstation.sections import FileKind


class InputFiles(NamedTuple):
    """Files to read in the place of the repository's own; None takes the repository's."""

    constants: Path | None = None
    """The file in the place of CONST.inc."""
    config_template: Path | None = None
    """The file in the place of aws-cli.config.tpl."""
    credentials_template: Path | None = None
    """The file in the place of aws-cli.credentials.tpl."""


class KeyOptions(NamedTuple):
    """The access key, as far as the command line names it."""

    id: str | None = None
    """The key's id."""
    secret: str | None = None
    """The key's secret; `-` reads it from stdin."""
    stays: bool = False
    """Whether the key in ~/.aws/credentials stays, and only the config is written."""

    @property
    def is_named(self) -> bool:
        """Whether the command line names a key, be it an empty one."""
        return self.id is not None or self.secret is not None

    def __repr__(self) -> str:
        """Show the key without its secret."""
        return f"KeyOptions(id={self.id!r}, stays={self.stays})"


class LinkOptions(NamedTuple):
    """How console links, or the guide, are printed."""

    form: PageForm = "markdown"
    """The format of the links."""
    output: Path | None = None
    """The file to write them into; None is stdout."""
    all_roles: bool = False
    """Whether there are links to every role, and not only to those that the person may assume."""
    guide: bool = False
    """Whether to print the guide for somebody's first day instead."""


class BootstrapRequest(NamedTuple):
    """For whom to bootstrap, from which files, with which key, and what to do with the result."""

    folder: Path
    """Where to begin to look for the repository, upwards."""
    user: str
    """The person, as users.py calls them."""
    account: str | None = None
    """What the person's own profile is called; None leaves that to CONST.inc."""
    mfa_serial: str | None = None
    """The ARN of the person's MFA device; None derives it from their name."""
    files: InputFiles = InputFiles()
    """The files to read."""
    key: KeyOptions = KeyOptions()
    """The person's access key."""
    source: SourceOptions | None = None
    """Where their credentials come from, if not from a key; None leaves what their profile has."""
    links: LinkOptions = LinkOptions()
    """How links are printed."""
    only: FileKind | None = None
    """The one file whose text is printed, and nothing else."""
    write: bool = False
    """Whether to merge the texts into the files under ~/.aws."""
    replaces: bool = False
    """Whether to write over sections of the person's own too, without a question."""
    yes: bool = False
    """Whether to write without a question; sections of the person's own then stay."""
    dry_run: bool = False
    """Whether to show what would be written, and stop."""

    @property
    def has_config_alone(self) -> bool:
        """Whether the config is all that there is to print or write: no key is to be stored."""
        return self.key.stays or self.source is not None or self.links.guide
