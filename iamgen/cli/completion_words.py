"""Words that a shell completes: the names that CONST.inc, users.py, the rules and git have.

Nothing is executed and nothing is refused: users.py is only read, as text, and what cannot be read has no names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from iamgen.cli.session import FOLDER
from iamgen.declaration.file_text import tree
from iamgen.declaration.repository_root import CONSTANTS_FILE, USERS_FILE, find_root
from iamgen.declaration.standard import STANDARD_ROLES
from iamgen.errors import IamgenError

_DEFAULT_CHANNEL = "infra"
_RULE_ID = re.compile(r'^    id="(\w+)"', re.MULTILINE)
_BEGINNING_OF_ID = re.compile(r"[EWI]\d*")


def command_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the commands that begin so; those of a group behind its name."""
    command: click.Command | None = context.find_root().command
    for name in context.params.get("names") or ():
        command = command.get_command(context, name) if isinstance(command, click.Group) else None
    return _beginning(command.list_commands(context), incomplete) if isinstance(command, click.Group) else []


def account_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the accounts that begin so; patterns for several of them where it begins with a star."""
    names = list(_accounts(context))
    if not incomplete.startswith("*"):
        return _beginning(names, incomplete)
    endings = [name[name.index("-") :] for name in names if "-" in name]
    patterns = dict.fromkeys(f"*{end}" for end in endings if endings.count(end) > 1)
    return _beginning(["*", *patterns], incomplete)


def account_names_or_files(context: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the accounts that begin so, else files."""
    return [CompletionItem(name) for name in account_names(context, incomplete)] or any_file(context, incomplete)


def kinds(_context: click.Context, incomplete: str) -> list[str]:
    """Return the kinds of accounts that begin with the text and of which there may be several accounts."""
    from iamgen.declaration.kinds import KINDS, USER_ONLY

    return _beginning((kind for kind in KINDS if kind != USER_ONLY), incomplete)


def region_names(_context: click.Context, incomplete: str) -> list[str]:
    """Return the regions that begin so."""
    from iamgen.aws.partitions import REGIONS

    return _beginning(sorted(REGIONS), incomplete)


def user_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the people that begin so."""
    return _beginning(_declared(context, "User"), incomplete)


def ci_user_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the CI users that begin so."""
    return _beginning(_declared(context, "CIUser"), incomplete)


def actor_names(context: click.Context, incomplete: str) -> list[str]:
    """Return who may be asked about and begins so: people, CI users and roles; behind an `@` an account of theirs."""
    actor, sign, account = incomplete.partition("@")
    if sign:
        return [f"{actor}@{name}" for name in _beginning(_accounts(context), account)]
    people = (*_declared(context, "User"), *_declared(context, "CIUser"))
    return _beginning([*people, *(f"role/{role}" for role in role_names(context, ""))], incomplete)


def role_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the roles that begin so."""
    return _beginning((*STANDARD_ROLES, *_declared(context, "Role")), incomplete)


def rule_names(_context: click.Context, incomplete: str) -> list[str]:
    """Return the rules that begin so, by their names, or by their ids where it begins as an id does."""
    folder = Path(__file__).parents[1] / "check" / "rules"
    files = sorted(path for path in folder.glob("[a-z]*.py") if path.stem != "page")
    if _BEGINNING_OF_ID.fullmatch(incomplete):
        ids = (_RULE_ID.search(path.read_text(encoding="utf-8")) for path in files)
        return _beginning(sorted(match[1] for match in ids if match), incomplete)
    return _beginning((path.stem.replace("_", "-") for path in files), incomplete)


def channel_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the channels that begin so."""
    settings = (call for call in _calls(context) if _called(call) == "Settings")
    values = (word.value for call in settings for word in call.keywords if word.arg == "channels")
    texts = [element.value for value in values for element in ast.walk(value) if isinstance(element, ast.Constant)]
    return _beginning([str(text) for text in texts] or [_DEFAULT_CHANNEL], incomplete)


def channels_or_releases(context: click.Context, incomplete: str) -> list[str]:
    """Return the channels that begin so, and releases where one is begun: a single channel need not be named."""
    releases = release_tags(context, incomplete) if incomplete.startswith("v") else []
    return [*channel_names(context, incomplete), *releases]


def release_tags(context: click.Context, incomplete: str) -> list[str]:
    """Return the releases that begin so, newest first."""
    return _beginning(_git(context, "tag", "--list", "--sort=-version:refname", "v[0-9]*"), incomplete)


def revision_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the revisions that begin so: releases, newest first, and branches."""
    branches = _git(context, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes")
    return [*release_tags(context, incomplete), *_beginning(branches, incomplete)]


def page_names(_context: click.Context, incomplete: str) -> list[str]:
    """Return the pages of the documentation that begin so."""
    from iamgen.documentation import page_names as every_page

    return _beginning(every_page(), incomplete)


def review_files(context: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the reviews in the current folder that begin so, else files."""
    return _files("reviews/*.*", incomplete) or any_file(context, incomplete)


def receipt_files(context: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the receipts of offboardings in the current folder that begin so, else files."""
    return _files("offboarded-*.json", incomplete) or any_file(context, incomplete)


def any_file(_context: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return what lets the shell complete the name of a file."""
    return [CompletionItem(incomplete, type="file")]


def _files(pattern: str, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in _beginning(sorted(map(str, Path().glob(pattern))), incomplete)]


def _git(context: click.Context, *command: str) -> list[str]:
    """Return the words that git answers, none where it refuses."""
    from iamgen.release.git import Git

    try:
        return Git(_folder(context).resolve()).ask(*command).out.split()
    except (IamgenError, OSError):
        return []


def _accounts(context: click.Context) -> Iterable[str]:
    from iamgen.declaration.accounts import accounts
    from iamgen.declaration.constants_file import read

    try:
        constants, _ = read(_root(context) / CONSTANTS_FILE, CONSTANTS_FILE)
    except IamgenError:
        return ()
    return accounts(constants).by_name


def _declared(context: click.Context, kind: str) -> list[str]:
    """Return the names that users.py gives to values of a type, where it writes them out."""
    calls = [call for call in _calls(context) if _called(call) == kind]
    firsts = [
        call.args[0] if call.args else next((word.value for word in call.keywords if word.arg == "name"), None)
        for call in calls
    ]
    return [first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)]


def _calls(context: click.Context) -> Iterator[ast.Call]:
    users = tree(str(_root(context) / USERS_FILE))
    yield from (node for node in ast.walk(users) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _root(context: click.Context) -> Path:
    """Return the folder of the repository, or the current one if there is none, in which nothing has a name then."""
    try:
        return find_root(_folder(context))
    except IamgenError:
        return _folder(context)


def _folder(context: click.Context) -> Path:
    folder: Path = context.meta.get(FOLDER, Path())
    return folder


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
