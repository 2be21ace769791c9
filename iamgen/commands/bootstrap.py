"""`iamgen bootstrap`: print or write a person's console links, ~/.aws/config and ~/.aws/credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from iamgen.clock import now
from iamgen.commands.requests import Consent
from iamgen.declaration.load import CONSTANTS_FILE, ConstantsFile, find_root, load_constants
from iamgen.declaration.users_file import USERS_FILE
from iamgen.errors import Fault, IamgenError
from iamgen.project import Project
from iamgen.ui.console import Console
from iamgen.ui.files import write_all
from iamgen.workstation.colleague import Called, Colleague, declared, undeclared
from iamgen.workstation.key import AccessKey, StatedKey, access_key, check, warnings
from iamgen.workstation.links import Link, links, unlinked
from iamgen.workstation.page import PageForm, guide, page

if TYPE_CHECKING:  # what is about ~/.aws is loaded where that is wanted: links, and all else, need none of it
    from iamgen.workstation.merge import SectionIdentity
    from iamgen.workstation.sections import FileKind
    from iamgen.workstation.texts import FileTexts, Templates
    from iamgen.workstation.update import Update

NEEDED = (USERS_FILE, CONSTANTS_FILE)  # either will do
LINKS_FILE = "aws-iam-console-switch-role.md"


@dataclass(frozen=True)
class InputFiles:
    """Files to read in the place of the repository's own; None takes the repository's."""

    constants: Path | None = None
    """The file in the place of CONST.inc."""
    config_template: Path | None = None
    """The file in the place of aws-cli.config.tpl."""
    credentials_template: Path | None = None
    """The file in the place of aws-cli.credentials.tpl."""


@dataclass(frozen=True)
class KeyOptions:
    """The access key, as far as the command line names it."""

    id: str | None = None
    """The key's id."""
    secret: str | None = field(default=None, repr=False)
    """The key's secret; `-` reads it from stdin."""
    stays: bool = False
    """Whether the key in ~/.aws/credentials stays, and only the config is written."""

    @property
    def is_named(self) -> bool:
        """Whether the command line names a key, be it an empty one."""
        return self.id is not None or self.secret is not None


@dataclass(frozen=True)
class LinkOptions:
    """How console links, or the guide, are printed."""

    form: PageForm = "markdown"
    """The format of the links."""
    output: Path | None = None
    """The file to write them into; None is stdout."""
    all_roles: bool = False
    """Whether there are links to every role, and not only to those that the person may assume."""
    guide: bool = False
    """Whether to print the guide for somebody's first day instead."""


@dataclass(frozen=True)
class BootstrapRequest:
    """For whom to bootstrap, from which files, with which key, and what to do with the result."""

    folder: Path
    """Where to begin to look for the repository, upwards."""
    user: str
    """The person, as users.py calls them."""
    account: str | None = None
    """What the person's own profile is called; None leaves that to CONST.inc."""
    mfa_serial: str | None = None
    """The ARN of the person's MFA device; None derives it from their name."""
    files: InputFiles = field(default_factory=InputFiles)
    """The files to read."""
    key: KeyOptions = field(default_factory=KeyOptions)
    """The person's access key."""
    links: LinkOptions = field(default_factory=LinkOptions)
    """How links are printed."""
    only: FileKind | None = None
    """The one file whose text is printed, and nothing else."""
    write: bool = False
    """Whether to merge the texts into the files under ~/.aws."""
    consent: Consent = field(default_factory=Consent)
    """Whether the questions are answered beforehand."""

    @property
    def called(self) -> Called:
        """The person, and how their profile and MFA device are called."""
        return Called(self.user, self.account, self.mfa_serial)


@dataclass(frozen=True)
class _BootstrapWork:
    """One run of the command."""

    request: BootstrapRequest
    """What to do."""
    root: Path
    """The repository's folder."""
    colleague: Colleague
    """The person it is for."""
    console: Console
    """Where to print and to ask."""


def bootstrap(request: BootstrapRequest, console: Console) -> int:
    """Print or write what a person needs; return 0, or 1 when they declined.

    Raises IamgenError for what is wrong with the declaration, the arguments, the templates or the person's files.
    """
    if request.write:
        console.require_answer("bootstrap --write", yes=request.consent.yes or request.consent.dry_run)
    root, colleague = _read(request, console)
    work = _BootstrapWork(request, root, colleague, console)
    if request.links.guide:
        return _put(_guide(work), work)
    key = _key(request, console)
    if not (key.any or request.key.stays or request.only):
        return _put_links(work)
    if request.write:
        return _write(work, *_texts(work, key))
    texts, _ = _texts(work, key)
    return _print(work, texts)


def _read(request: BootstrapRequest, console: Console) -> tuple[Path, Colleague]:
    """Return the repository's folder and the person; say what is worth a warning."""
    const_file = request.files.constants.absolute() if request.files.constants else None
    root = const_file.parent if const_file else find_root(request.folder, *NEEDED)
    source = ConstantsFile(
        const_file or root / CONSTANTS_FILE, str(request.files.constants or CONSTANTS_FILE), odd_ids=True
    )
    if (root / USERS_FILE).exists():
        project = Project.load(root, now(), source)
        notices, colleague = project.warnings, declared(project.declaration, request.called)
    else:
        constants, accounts, notices = load_constants(source)
        colleague = undeclared(constants, accounts, request.called)
        problem = f"there is none beside {source.shown}: the roles are all that it names, whoever may assume them"
        notices = (*notices, Fault(USERS_FILE, problem))
    console.warnings(notices)
    return root, colleague


def _key(request: BootstrapRequest, console: Console) -> StatedKey:
    """Return what there is of a key, having refused what cannot be one."""
    ask = (lambda: console.secret(f"Secret of {request.key.id}: ")) if console.asks else None
    piped = ask or console.answers.read  # what is typed is not shown, also after `-`
    key = StatedKey(request.key.id, request.key.secret, os.environ, piped, ask)
    if key.any:
        check(key)
        console.warnings(warnings(key))
    return key


def _texts(work: _BootstrapWork, key: StatedKey) -> tuple[FileTexts, str | None]:
    """Return what the templates make, and the secret, which is asked for once they are known to be sound.

    What the AWS CLI could not read is a warning where it is printed, and raised as IamgenError where it is written.
    """
    from iamgen.workstation.texts import expanded, misread, needs_secret, sourceless

    file_templates = _templates(work)
    expanded_texts = expanded(file_templates, work.colleague, AccessKey(key.id or "", "") if key.any else None)
    wrong = tuple(misread(expanded_texts))
    if wrong and work.request.write:
        raise IamgenError(wrong)
    work.console.warnings((*wrong, *sourceless(expanded_texts)))
    if not key.any or not needs_secret(file_templates):
        return expanded_texts, None
    complete_key = access_key(key)
    return expanded(file_templates, work.colleague, complete_key), complete_key.secret


def _templates(work: _BootstrapWork) -> Templates:
    from iamgen.workstation.texts import templates

    request = work.request
    named: Mapping[FileKind, Path | None] = {
        "credentials": request.files.credentials_template,
        "config": request.files.config_template,
    }
    alone = "config" if request.key.stays or request.links.guide else request.only
    return templates(work.root, {kind: file for kind, file in named.items() if alone in {None, kind}})


def _guide(work: _BootstrapWork) -> str:
    """Return the page for somebody's first day, with those profiles that the config template makes."""
    from iamgen.workstation.texts import expanded, role_names

    config = expanded(_templates(work), work.colleague, AccessKey("", ""))["config"]
    return guide(work.root, work.colleague, _links(work), role_names(config))


def _links(work: _BootstrapWork) -> tuple[Link, ...]:
    roles = work.colleague.every if work.request.links.all_roles else work.colleague.roles
    work.console.warnings(unlinked(roles))
    if not roles:
        work.console.note(f"{work.colleague.user} may assume no role: {USERS_FILE} grants none")
    return links(roles, work.colleague.partition)


def _put_links(work: _BootstrapWork) -> int:
    """Print the links, or write them where `-o` says. As Markdown they are kept in the repository's folder too."""
    form = work.request.links.form
    text = page(work.root, work.colleague, _links(work), form)
    if form == "markdown" and not work.request.links.output:
        _keep(text, work)
    return _put(text, work)


def _keep(text: str, work: _BootstrapWork) -> None:
    """Write the page of links into the repository, where it is ignored; that it cannot be written is no fault."""
    if work.request.consent.dry_run:
        return
    file = work.root / LINKS_FILE
    try:
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_all({file: text})
            work.console.note(f"the links are kept in {LINKS_FILE}; let git ignore it")
    except (IamgenError, OSError, ValueError) as exc:
        problem = exc.faults[0].problem if isinstance(exc, IamgenError) else str(exc)
        work.console.warning(Fault(LINKS_FILE, problem, "the links are printed all the same"))


def _put(text: str, work: _BootstrapWork) -> int:
    if work.request.links.output is None:
        work.console.product(text)
    elif work.request.consent.dry_run:
        work.console.note(f"{work.request.links.output} would be written")
    else:
        write_all({work.request.links.output.absolute(): text})
    return 0


def _print(work: _BootstrapWork, texts: FileTexts) -> int:
    """Print the one text that was asked for; or the links, and each text with a word on where to paste it."""
    from iamgen.workstation.home import place

    console = work.console
    if work.request.only:
        console.product(texts[work.request.only].text)
        return 0
    _put_links(work)
    for kind, text in texts.items():
        console.note(f"\nPaste this into {place(kind, os.environ).shown}, or let --write do it:\n")
        console.product(text.text)
    return 0


def _write(work: _BootstrapWork, texts: FileTexts, secret: str | None) -> int:
    """Show what would become of the person's files, ask, and do it; return 1 when they declined."""
    from iamgen.workstation.preview import preview
    from iamgen.workstation.update import contents, keyless, updates

    console, request = work.console, work.request
    file_updates, update_warnings = updates(texts, work.colleague, os.environ)
    console.warnings((*update_warnings, *(keyless(work.colleague, os.environ) if request.key.stays else ())))
    for update in file_updates:
        console.note("\n".join([update.place.shown, *preview(update.steps, secret), *_mode(update)]))
    if not any(update.changes() for update in file_updates):
        console.note("nothing to change")
    elif not request.consent.dry_run:
        declined = frozenset() if request.consent.yes else _declined(file_updates, console)
        if not any(update.changes(declined) for update in file_updates) or not (
            request.consent.yes or console.confirm("Write this?")
        ):
            console.note("nothing was written")
            return 1
        _save(contents(file_updates, declined, now()), console)
    _keep(page(work.root, work.colleague, _links(work), "markdown"), work)
    return 0


def _mode(update: Update) -> list[str]:
    from iamgen.workstation.home import is_open

    return ["  ~ mode 0600: others may read it now"] if is_open(update.place) else []


def _declined(file_updates: tuple[Update, ...], console: Console) -> frozenset[SectionIdentity]:
    """Ask about each section that a person wrote and that would be overwritten; return those that stay."""
    conflicts = [(update, step) for update in file_updates for step in update.conflicts]
    return frozenset(
        step.identity
        for update, step in conflicts
        if not console.confirm(f"[{step.header}] in {update.place.shown} was {step.why}. Replace it?")
    )


def _save(files: Mapping[Path, str], console: Console) -> None:
    from iamgen.workstation.home import shown

    write_all(files, private=True)
    for path in files:
        console.note(f"wrote {shown(path, os.environ)}")
