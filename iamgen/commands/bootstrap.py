"""`iamgen bootstrap`: a person's links into the console, and what belongs into their `~/.aws`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.clock import now
from iamgen.console import Console
from iamgen.declaration.load import CONSTANTS_FILE, ConstantsFile, find_constants_root, load, load_constants
from iamgen.declaration.users_file import USERS_FILE
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.files import write_all
from iamgen.kit import home
from iamgen.kit.colleague import Called, Colleague, declared, undeclared
from iamgen.kit.key import AccessKey, Given, access_key, check, warnings
from iamgen.kit.links import Link, links, unlinked
from iamgen.kit.merge import Identity
from iamgen.kit.page import Form, guide, page
from iamgen.kit.preview import preview
from iamgen.kit.sections import FileKind
from iamgen.kit.texts import expanded, misread, templates
from iamgen.kit.update import Update, contents, updates

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
    _check_usage(wanted)
    if wanted.write:
        console.require_answer("bootstrap --write", yes=wanted.yes or wanted.dry_run)
    root, colleague = _read(wanted, console)
    work = _Work(wanted, root, colleague, console)
    if wanted.guide:
        return _put(guide(root, colleague, _links(work)), work)
    given = _given(wanted, console)
    if not (given.any or wanted.keep_key or wanted.only):
        return _put_links(work)
    texts, secret = _texts(work, given)
    if wanted.only:
        console.product(texts[wanted.only])
        return 0
    return _write(work, texts, secret) if wanted.write else _print(work, texts)


def _check_usage(wanted: Bootstrapping) -> None:
    """Raise UsageError for options that contradict each other."""
    has_key = wanted.access_key_id is not None or wanted.secret_access_key is not None
    alone = [
        name
        for name, is_set in (("--guide", wanted.guide), ("--only", wanted.only), ("--write", wanted.write))
        if is_set
    ]
    if len(alone) > 1:
        raise UsageError([Fault("bootstrap", f"{' and '.join(alone)} do not go together", "run it twice")])
    if (wanted.write or wanted.only) and (wanted.output or wanted.form != "markdown"):
        raise UsageError(
            [Fault("bootstrap", f"--format and -o are about links, and {alone[0]} is not", "run it twice")]
        )
    if wanted.write and not has_key and not wanted.keep_key:
        hint = "name it: --access-key-id AKIA…; or renew the config alone: --keep-key"
        raise UsageError([Fault("bootstrap --write", "without a key there are only links", hint)])
    if wanted.keep_key and (has_key or not wanted.write):
        what = "it is for --write without a key: the one that is there stays"
        raise UsageError([Fault("--keep-key", what, "leave one of the two out")])


def _read(wanted: Bootstrapping, console: Console) -> tuple[Path, Colleague]:
    """Return the repository's folder and the person; say what is worth a warning."""
    const_file = wanted.const_file.absolute() if wanted.const_file else None
    root = const_file.parent if const_file else find_constants_root(wanted.folder)
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
    given = Given(
        wanted.access_key_id,
        wanted.secret_access_key,
        os.environ,
        console.answers.read,
        (lambda: console.secret(f"Secret of {wanted.access_key_id}: ")) if console.asks else None,
    )
    if given.any:
        check(given)
        for warning in warnings(given):
            console.warning(warning)
    return given


def _texts(work: _Work, given: Given) -> tuple[dict[FileKind, str], str | None]:
    """Return what the templates make, and the secret, which is asked for once they are known to be sound."""
    wanted = work.wanted
    kinds: tuple[FileKind, ...] = ("config",) if wanted.keep_key else ("credentials", "config")
    named = {"config": wanted.config_tpl_file, "credentials": wanted.credentials_tpl_file}
    found = templates(work.root, {kind: named[kind] for kind in ((wanted.only,) if wanted.only else kinds)})
    expanded(found, work.colleague, AccessKey(given.id or "", "") if given.any else None)
    key = access_key(given) if given.any else None
    made = expanded(found, work.colleague, key)
    for warning in misread(found, made):
        work.console.warning(warning)
    return made, key.secret if key else None


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
    except (IamgenError, OSError, ValueError) as exc:
        what = exc.faults[0].what if isinstance(exc, IamgenError) else str(exc)
        work.console.warning(Fault(LINKS_FILE, what, "the links are told all the same"))


def _put(text: str, work: _Work) -> int:
    if work.wanted.output is None:
        work.console.product(text)
    else:
        write_all({work.wanted.output.absolute(): text})
    return 0


def _print(work: _Work, texts: Mapping[FileKind, str]) -> int:
    """Print the links, and each text with a word on where to paste it."""
    console = work.console
    _put_links(work)
    for kind, text in texts.items():
        console.note(f"\nPaste this into {home.place(kind, os.environ).shown}, or let --write do it:\n")
        console.product(text)
    return 0


def _write(work: _Work, texts: Mapping[FileKind, str], secret: str | None) -> int:
    """Show what would become of the person's files, ask, and do it; return 1 when they declined."""
    console, wanted = work.console, work.wanted
    some, warned = updates(texts, work.colleague, os.environ)
    for warning in warned:
        console.warning(warning)
    _keep(page(work.root, work.colleague, _links(work), "markdown"), work)
    for update in some:
        console.note("\n".join([update.place.shown, *preview(update.steps, secret), *_mode(update)]))
    if not any(update.changes() for update in some):
        console.note("nothing to change")
        return 0
    if wanted.dry_run:
        return 0
    declined = frozenset[Identity]() if wanted.yes else _declined(some, console)
    if not any(update.changes(declined) for update in some) or not (wanted.yes or console.confirm("Write this?")):
        console.note("nothing was written")
        return 1
    return _save(contents(some, declined, now()), console)


def _mode(update: Update) -> list[str]:
    return ["  ~ mode 0600: others may read it now"] if home.is_open(update.place) else []


def _declined(some: tuple[Update, ...], console: Console) -> frozenset[Identity]:
    """Ask about each section that a person wrote and that would be overwritten; return those that stay."""
    conflicts = [(update, step) for update in some for step in update.conflicts]
    return frozenset(
        step.identity
        for update, step in conflicts
        if not console.confirm(f"[{step.header}] in {update.place.shown} is not as iamgen left it. Replace it?")
    )


def _save(files: Mapping[Path, str], console: Console) -> int:
    write_all(files, private=True)
    for path in files:
        console.note(f"wrote {home.shown(path, os.environ)}")
    return 0
