"""Words that a shell completes: the names that CONST.inc, users.py, the rules and git have.

Nothing is executed and nothing is refused: users.py is only read, as text, and what cannot be read has no names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from iamgen.cli.session import FOLDER
from iamgen.errors import IamgenError

_STANDARD_ROLES = ("AdminR", "OpsR", "ReadR")
_DEFAULT_CHANNEL = "infra"


def account_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the accounts that begin so; patterns for several of them where it begins with a star."""
    names = list(_accounts(context))
    if not incomplete.startswith("*"):
        return _beginning(names, incomplete)
    endings = [name[name.index("-") :] for name in names if "-" in name]
    patterns = dict.fromkeys(f"*{end}" for end in endings if endings.count(end) > 1)
    return _beginning(["*", *patterns], incomplete)


def user_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the people that begin so."""
    return _beginning(_declared(context, "User"), incomplete)


def actor_names(context: click.Context, incomplete: str) -> list[str]:
    """Return who may be asked about and begins so: people, CI users and roles."""
    people = (*_declared(context, "User"), *_declared(context, "CIUser"))
    return _beginning([*people, *(f"role/{role}" for role in role_names(context, ""))], incomplete)


def role_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the roles that begin so."""
    return _beginning((*_STANDARD_ROLES, *_declared(context, "Role")), incomplete)


def rule_names(incomplete: str) -> list[str]:
    """Return the rules that begin so; each is a file of that name."""
    folder = Path(__file__).parents[1] / "check" / "rules"
    names = sorted(path.stem.replace("_", "-") for path in folder.glob("[a-z]*.py") if path.stem != "page")
    return _beginning(names, incomplete)


def channel_names(context: click.Context, incomplete: str) -> list[str]:
    """Return the channels that begin so."""
    settings = (call for call in _calls(context) if _called(call) == "Settings")
    values = (word.value for call in settings for word in call.keywords if word.arg == "channels")
    texts = [element.value for value in values for element in ast.walk(value) if isinstance(element, ast.Constant)]
    return _beginning([str(text) for text in texts] or [_DEFAULT_CHANNEL], incomplete)


def release_tags(context: click.Context, incomplete: str) -> list[str]:
    """Return the releases that begin so, newest first."""
    from iamgen.release.git import Git

    try:
        answer = Git(_folder(context).resolve()).ask("tag", "--list", "--sort=-version:refname", "v[0-9]*")
    except (IamgenError, OSError):
        return []
    return _beginning(answer.out.split(), incomplete)


def page_names(incomplete: str) -> list[str]:
    """Return the pages of the documentation that begin so."""
    from iamgen.documentation import page_names as every_page

    return _beginning(every_page(), incomplete)


def _accounts(context: click.Context) -> Iterable[str]:
    from iamgen.declaration.accounts import accounts
    from iamgen.declaration.constants import read
    from iamgen.declaration.load import CONSTANTS_FILE, find_root

    try:
        constants, _ = read(find_root(_folder(context)) / CONSTANTS_FILE, CONSTANTS_FILE)
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
    from iamgen.declaration.load import find_root
    from iamgen.declaration.users_file import USERS_FILE

    try:
        tree = ast.parse((find_root(_folder(context)) / USERS_FILE).read_bytes())
    except (IamgenError, OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _folder(context: click.Context) -> Path:
    folder: Path = context.meta.get(FOLDER, Path())
    return folder


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
