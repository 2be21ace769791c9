"""`iamgen bootstrap`: a person's links into the console, and what belongs into their `~/.aws`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from iamgen.clock import now
from iamgen.declaration.load import CONSTANTS_FILE, ConstantsFile, find_root, load, load_constants
from iamgen.declaration.users_file import USERS_FILE
from iamgen.errors import Fault, IamgenError
from iamgen.ui.console import Console
from iamgen.ui.files import write_all
from iamgen.workstation.colleague import Called, Colleague, declared, undeclared
from iamgen.workstation.key import AccessKey, Given, access_key, check, warnings
from iamgen.workstation.links import Link, links, unlinked
from iamgen.workstation.page import Form, guide, page

if TYPE_CHECKING:  # what is about ~/.aws is loaded where that is wanted: links, and all else, need none of it
    from iamgen.workstation.merge import Identity
    from iamgen.workstation.sections import FileKind
    from iamgen.workstation.texts import Templates, Texts
    from iamgen.workstation.update import Update

NEEDED = (USERS_FILE, CONSTANTS_FILE)  # either will do
LINKS_FILE = "aws-iam-console-switch-role.md"


@dataclass(frozen=True)
class Bootstrapping:
    """For whom, from which files, with which key, and what is to be done with it."""

    folder: Path
    user: str
    account: str | None = None
    mfa_serial: str | None = None
    const_file: Path | None = None
    config_tpl_file: Path | None = None
    credentials_tpl_file: Path | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    all_roles: bool = False
    form: Form = "markdown"
    output: Path | None = None
    only: FileKind | None = None
    guide: bool = False
    write: bool = False
    keep_key: bool = False
    yes: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class _Work:
    """What was asked for, whom it is for, in which repository, and who is told."""

    wanted: Bootstrapping
    root: Path
    colleague: Colleague
    console: Console


def bootstrap(wanted: Bootstrapping, console: Console) -> int:
    """Print or write what a person needs; return 0, or 1 when they declined.

    Raises IamgenError for what is wrong with the declaration, the arguments, the templates or the person's files.
    """
    if wanted.write:
        console.require_answer("bootstrap --write", yes=wanted.yes or wanted.dry_run)
    root, colleague = _read(wanted, console)
    work = _Work(wanted, root, colleague, console)
    if wanted.guide:
        return _put(_guide(work), work)
    given = _given(wanted, console)
    if not (given.any or wanted.keep_key or wanted.only):
        return _put_links(work)
    if wanted.write:
        return _write(work, *_texts(work, given))
    texts, _ = _texts(work, given)
    return _print(work, texts)


def _read(wanted: Bootstrapping, console: Console) -> tuple[Path, Colleague]:
    """Return the repository's folder and the person; say what is worth a warning."""
    const_file = wanted.const_file.absolute() if wanted.const_file else None
    root = const_file.parent if const_file else find_root(wanted.folder, *NEEDED)
    source = ConstantsFile(const_file or root / CONSTANTS_FILE, str(wanted.const_file or CONSTANTS_FILE), odd_ids=True)
    called = Called(wanted.user, wanted.account, wanted.mfa_serial)
    if (root / USERS_FILE).exists():
        loaded = load(root, now(), source)
        notices, colleague = loaded.warnings, declared(loaded.declaration, called)
    else:
        constants, found, notices = load_constants(source)
        colleague = undeclared(constants, found, called)
        what = f"there is none beside {source.shown}: the roles are all that it names, whoever may assume them"
        notices = (*notices, Fault(USERS_FILE, what))
    for warning in notices:
        console.warning(warning)
    return root, colleague


def _given(wanted: Bootstrapping, console: Console) -> Given:
    """Return what there is of a key, having refused what cannot be one."""
    ask = (lambda: console.secret(f"Secret of {wanted.access_key_id}: ")) if console.asks else None
    piped = ask or console.answers.read  # what is typed is not shown, also after `-`
    given = Given(wanted.access_key_id, wanted.secret_access_key, os.environ, piped, ask)
    if given.any:
        check(given)
        for warning in warnings(given):
            console.warning(warning)
    return given


def _texts(work: _Work, given: Given) -> tuple[Texts, str | None]:
    """Return what the templates make, and the secret, which is asked for once they are known to be sound.

    What the AWS CLI could not read is a warning where it is printed, and raised as IamgenError where it is written.
    """
    from iamgen.workstation.texts import expanded, misread, needs_secret, sourceless

    found = _templates(work)
    made = expanded(found, work.colleague, AccessKey(given.id or "", "") if given.any else None)
    wrong = tuple(misread(made))
    if wrong and work.wanted.write:
        raise IamgenError(wrong)
    for warning in (*wrong, *sourceless(made)):
        work.console.warning(warning)
    if not given.any or not needs_secret(found):
        return made, None
    key = access_key(given)
    return expanded(found, work.colleague, key), key.secret


def _templates(work: _Work) -> Templates:
    from iamgen.workstation.texts import templates

    wanted = work.wanted
    named: Mapping[FileKind, Path | None] = {
        "credentials": wanted.credentials_tpl_file,
        "config": wanted.config_tpl_file,
    }
    alone = "config" if wanted.keep_key or wanted.guide else wanted.only
    return templates(work.root, {kind: file for kind, file in named.items() if alone in {None, kind}})


def _guide(work: _Work) -> str:
    """Return the page for somebody's first day, with those profiles that the config template makes."""
    from iamgen.workstation.texts import expanded, role_names

    config = expanded(_templates(work), work.colleague, AccessKey("", ""))["config"]
    return guide(work.root, work.colleague, _links(work), role_names(config))


def _links(work: _Work) -> tuple[Link, ...]:
    roles = work.colleague.every if work.wanted.all_roles else work.colleague.roles
    for warning in unlinked(roles):
        work.console.warning(warning)
    if not roles:
        work.console.note(f"{work.colleague.user} may assume no role: {USERS_FILE} grants none")
    return links(roles, work.colleague.partition)


def _put_links(work: _Work) -> int:
    """Print the links, or write them where `-o` says. As Markdown they are kept in the repository's folder too."""
    form = work.wanted.form
    text = page(work.root, work.colleague, _links(work), form)
    if form == "markdown" and not work.wanted.output:
        _keep(text, work)
    return _put(text, work)


def _keep(text: str, work: _Work) -> None:
    """Write the page of links into the repository, where it is ignored; that it cannot be written is no fault."""
    if work.wanted.dry_run:
        return
    file = work.root / LINKS_FILE
    try:
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_all({file: text})
            work.console.note(f"the links are kept in {LINKS_FILE}; let git ignore it")
    except (IamgenError, OSError, ValueError) as exc:
        what = exc.faults[0].what if isinstance(exc, IamgenError) else str(exc)
        work.console.warning(Fault(LINKS_FILE, what, "the links are told all the same"))


def _put(text: str, work: _Work) -> int:
    if work.wanted.output is None:
        work.console.product(text)
    elif work.wanted.dry_run:
        work.console.note(f"{work.wanted.output} would be written")
    else:
        write_all({work.wanted.output.absolute(): text})
    return 0


def _print(work: _Work, texts: Texts) -> int:
    """Print the one text that was asked for; or the links, and each text with a word on where to paste it."""
    from iamgen.workstation.home import place

    console = work.console
    if work.wanted.only:
        console.product(texts[work.wanted.only].text)
        return 0
    _put_links(work)
    for kind, made in texts.items():
        console.note(f"\nPaste this into {place(kind, os.environ).shown}, or let --write do it:\n")
        console.product(made.text)
    return 0


def _write(work: _Work, texts: Texts, secret: str | None) -> int:
    """Show what would become of the person's files, ask, and do it; return 1 when they declined."""
    from iamgen.workstation.preview import preview
    from iamgen.workstation.update import contents, keyless, updates

    console, wanted = work.console, work.wanted
    some, warned = updates(texts, work.colleague, os.environ)
    for warning in (*warned, *(keyless(work.colleague, os.environ) if wanted.keep_key else ())):
        console.warning(warning)
    for update in some:
        console.note("\n".join([update.place.shown, *preview(update.steps, secret), *_mode(update)]))
    if not any(update.changes() for update in some):
        console.note("nothing to change")
    elif not wanted.dry_run:
        declined = frozenset() if wanted.yes else _declined(some, console)
        if not any(update.changes(declined) for update in some) or not (wanted.yes or console.confirm("Write this?")):
            console.note("nothing was written")
            return 1
        _save(contents(some, declined, now()), console)
    _keep(page(work.root, work.colleague, _links(work), "markdown"), work)
    return 0


def _mode(update: Update) -> list[str]:
    from iamgen.workstation.home import is_open

    return ["  ~ mode 0600: others may read it now"] if is_open(update.place) else []


def _declined(some: tuple[Update, ...], console: Console) -> frozenset[Identity]:
    """Ask about each section that a person wrote and that would be overwritten; return those that stay."""
    conflicts = [(update, step) for update in some for step in update.conflicts]
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
