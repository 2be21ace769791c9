"""`iamgen bootstrap`: print or write a person's console links, ~/.aws/config and ~/.aws/credentials."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iamgen.clock import now
from iamgen.declaration.load import ConstantsFile, load, load_constants
from iamgen.declaration.repository_root import CONSTANTS_FILE, USERS_FILE, find_root
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.ui.console import Console
from iamgen.workstation.request import BootstrapRequest

if TYPE_CHECKING:  # what follows is loaded while users.py runs, or where it is wanted: links need little of it
    from iamgen.workstation.colleague import Colleague
    from iamgen.workstation.key import AccessKey, StatedKey
    from iamgen.workstation.links import Link
    from iamgen.workstation.sections import FileKind
    from iamgen.workstation.texts import FileTexts, Templates

NEEDED = (USERS_FILE, CONSTANTS_FILE)  # either will do
LINKS_FILE = "aws-iam-console-switch-role.md"


class _BootstrapWork(NamedTuple):
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
        answered = request.yes or request.dry_run or request.replaces
        console.require_answer("bootstrap --write", yes=answered)
    root, colleague = _read(request, console)
    work = _BootstrapWork(request, root, colleague, console)
    if request.links.guide:
        return _put(_guide(work), work)
    key = _key(request, console)
    if not (key or request.has_config_alone or request.only):
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
    colleague, notices = _declared(request, root, source) if (root / USERS_FILE).exists() else _named(request, source)
    console.warnings(notices)
    return root, colleague


def _declared(request: BootstrapRequest, root: Path, source: ConstantsFile) -> tuple[Colleague, Iterable[Fault]]:
    """Return the person as users.py declares them, and what is worth a warning to them."""
    loaded = load(root, now(), source, _import_links)
    from iamgen.workstation.colleague import Called, declared

    called = Called(request.user, request.account, request.mfa_serial)
    return declared(loaded.declaration, called), _relevant(loaded.warnings, source.shown, request.user)


def _import_links() -> None:
    """Import what is needed next, while users.py runs in a process of its own."""
    import iamgen.workstation.page  # noqa: F401


def _relevant(warnings: Iterable[Fault], constants: str, user: str) -> Iterable[Fault]:
    """Return the warnings about the constants and about the person; what else users.py has is not about them."""
    return [
        fault
        for fault in warnings
        if fault.where.partition(":")[0] == constants or fault.problem.startswith(f"{user}'s ")
    ]


def _named(request: BootstrapRequest, source: ConstantsFile) -> tuple[Colleague, Iterable[Fault]]:
    """Return a person of a repository without users.py, and what is worth a warning."""
    from iamgen.workstation.colleague import Called, undeclared

    constants, accounts, notices = load_constants(source)
    colleague = undeclared(constants, accounts, Called(request.user, request.account, request.mfa_serial))
    problem = f"there is none beside {source.shown}: the roles are all that it names, whoever may assume them"
    return colleague, (*notices, Fault(USERS_FILE, problem))


def _key(request: BootstrapRequest, console: Console) -> StatedKey | None:
    """Return the key that the command line names, having refused what cannot be one; None without one."""
    if not request.key.is_named:
        return None
    from iamgen.workstation.key import StatedKey, check, warnings

    ask = (lambda: console.secret(f"Secret of {request.key.id}: ")) if console.asks else None
    piped = ask or console.answers.read  # what is typed is not shown, also after `-`
    key = StatedKey(request.key.id, request.key.secret, os.environ, piped, ask)
    check(key)
    console.warnings(warnings(key))
    return key


def _texts(work: _BootstrapWork, key: StatedKey | None) -> tuple[FileTexts, str | None]:
    """Return what the templates make, and the secret, which is asked for once they are known to be sound.

    What programs could not read is a warning where it is printed, and raised as IamgenError where it is written.
    """
    from iamgen.workstation.key import AccessKey, access_key
    from iamgen.workstation.texts import misread, needs_secret, sourceless

    file_templates = _templates(work)
    expanded_texts = _expanded(work, file_templates, AccessKey(key.id or "", "") if key else None)
    wrong = tuple(misread(expanded_texts))
    if wrong and work.request.write:
        raise IamgenError(wrong)
    work.console.warnings((*work.colleague.renamed, *wrong, *sourceless(expanded_texts)))
    if not key or not needs_secret(file_templates):
        return expanded_texts, None
    complete_key = access_key(key)
    return _expanded(work, file_templates, complete_key), complete_key.secret


def _expanded(work: _BootstrapWork, file_templates: Templates, key: AccessKey | None) -> FileTexts:
    """Return what the templates make, in the config with the source of credentials that the person chose."""
    from iamgen.workstation.base_source import options, with_source
    from iamgen.workstation.texts import expanded

    texts = dict(expanded(file_templates, work.colleague, key))
    if work.request.source and "config" in texts:
        chosen = options(work.request.source, work.colleague)
        texts["config"] = with_source(texts["config"], chosen, work.colleague)
    return texts


def _templates(work: _BootstrapWork) -> Templates:
    from iamgen.workstation.texts import templates

    request = work.request
    named: Mapping[FileKind, Path | None] = {
        "credentials": request.files.credentials_template,
        "config": request.files.config_template,
    }
    alone = "config" if request.has_config_alone else request.only
    return templates(work.root, {kind: file for kind, file in named.items() if alone in {None, kind}})


def _guide(work: _BootstrapWork) -> str:
    """Return the page for somebody's first day, with those profiles that the config template makes."""
    from iamgen.workstation.key import AccessKey
    from iamgen.workstation.page import guide
    from iamgen.workstation.texts import role_names

    config = _expanded(work, _templates(work), AccessKey("", ""))["config"]
    return guide(work.root, work.colleague, _links(work), role_names(config))


def _links(work: _BootstrapWork) -> tuple[Link, ...]:
    from iamgen.workstation.links import links, unlinked

    roles = work.colleague.every if work.request.links.all_roles else work.colleague.roles
    work.console.warnings(unlinked(roles))
    if not roles:
        work.console.note(f"{work.colleague.user} may assume no role: {USERS_FILE} grants none")
    return links(roles, work.colleague.partition)


def _put_links(work: _BootstrapWork) -> int:
    """Print the links, or write them where `-o` says. As Markdown they are kept in the repository's folder too."""
    from iamgen.workstation.page import page

    form = work.request.links.form
    text = page(work.root, work.colleague, _links(work), form)
    if form == "markdown" and not work.request.links.output:
        _keep(text, work)
    return _put(text, work)


def _keep(text: str, work: _BootstrapWork) -> None:
    """Write the page of links into the repository, where it is ignored; that it cannot be written is no fault."""
    if work.request.dry_run:
        return
    file = work.root / LINKS_FILE
    try:
        if file.is_symlink() or not file.exists() or file.read_text(encoding="utf-8") != text:
            _write_page(file, text, work.root)
            work.console.note(f"the links are also written to {LINKS_FILE}, which git should ignore")
    except (IamgenError, OSError, ValueError) as exc:
        problem = exc.faults[0].problem if isinstance(exc, IamgenError) else str(exc)
        hint = "" if work.request.write else "the links are printed all the same"
        work.console.warning(Fault(LINKS_FILE, problem, hint))


def _write_page(file: Path, text: str, root: Path) -> None:
    """Write a page, but through no symlink of the repository, nor over something else that git tracks.

    Raises IamgenError.
    """
    from iamgen.ui.files import write_all

    if file.is_file() and not _begin_alike(file.read_text(encoding="utf-8", errors="replace"), text):
        from iamgen.release.repository import is_tracked

        if is_tracked(file):
            problem = "is there already, git tracks it, and it is no such page"
            raise refuse(str(file), problem, "name another file, or move that one away")
    write_all({file: text}, within=root if root in file.parents else file.parent)


def _begin_alike(first: str, second: str) -> bool:
    """Tell whether two pages begin with the same two words, such as `# Roles`: what follows is for one person alone."""
    return first.split(maxsplit=2)[:2] == second.split(maxsplit=2)[:2]


def _put(text: str, work: _BootstrapWork) -> int:
    output = work.request.links.output
    if output is None:
        work.console.product(text)
    elif work.request.dry_run:
        work.console.note(f"{output} would be written")
    else:
        _write_page(output.absolute(), text, work.root)
        work.console.note(f"written: {output}")
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
    """Put the texts into the person's files, and the links into the repository."""
    from iamgen.workstation.base_source import SourceOptions
    from iamgen.workstation.installation import Installation, install
    from iamgen.workstation.page import page

    request = work.request
    installation = Installation(
        texts, work.colleague, secret, now(), request.source or SourceOptions(), request.key.stays,
        request.yes, request.replaces, request.dry_run,
    )  # fmt: skip
    code = install(installation, work.console)
    if not code:
        _keep(page(work.root, work.colleague, _links(work), "markdown"), work)
    return code
