"""Find out whom a folder belongs to: iamgen runs nobody else's code, by the rules of git's `safe.directory`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from iamgen.errors import Fault, IamgenError

_ROOT = 0
_ANY = "*"


def foreign_owner(folder: Path, *others: Path) -> Fault | None:
    """Return the fault if the folder, or one of the others, belongs to somebody else; None if git allows that.

    Root may also read what belongs to whoever called sudo. git is only asked when the owners differ.
    """
    for path in dict.fromkeys((folder, *others)):
        owner = next((uid for uid in _owners(path) if uid not in _our_ids()), None)
        if owner is not None:
            return None if _is_allowed(folder) else _refusal(path, owner, folder)
    return None


def _owners(path: Path) -> Iterator[int]:
    """Yield who owns a path, and what it leads to; nobody when it is not there, which its reader says."""
    for follow in (False, True):
        try:
            yield path.stat(follow_symlinks=follow).st_uid
        except OSError:
            return


def _our_ids() -> frozenset[int]:
    us = os.geteuid()
    caller = os.environ.get("SUDO_UID", "")
    if us == _ROOT and caller.isascii() and caller.isdigit():
        return frozenset((_ROOT, int(caller)))
    return frozenset((us,))


def _refusal(path: Path, owner: int, folder: Path) -> Fault:
    message = (
        f"it belongs to {_user_name(owner)}, and you are {_user_name(os.geteuid())}: the users.py there was not run"
    )
    hint = f"users.py is code: clone it as yourself; or read it, and if you trust all of it: {_command(folder)}"
    return Fault(str(path), message, hint)


def _command(folder: Path) -> str:
    from shlex import quote

    return f"git config --global --add safe.directory {quote(str(folder))}"


def _user_name(uid: int) -> str:
    from pwd import getpwuid

    try:
        return getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _is_allowed(folder: Path) -> bool:
    """Tell whether git is told to trust the folder, or the repository that it is a part of."""
    repository = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)
    return any(_matches(pattern, place) for pattern in _safe_directories() for place in {folder, repository})


def _matches(pattern: str, place: Path) -> bool:
    if pattern == _ANY:
        return True
    trusted = Path(pattern.removesuffix("/*"))
    if not trusted.is_absolute():
        return False
    return trusted.resolve() in (place.parents if pattern.endswith("/*") else (place,))


def _safe_directories() -> Iterable[str]:
    """Return git's `safe.directory`, as it counts for git: a repository's own configuration cannot allow itself."""
    from iamgen.release.git import Git

    try:
        answer = Git(Path("/")).ask("config", "--null", "--show-scope", "--type=path", "--get-all", "safe.directory")
    except IamgenError:  # there is no git: nobody has allowed anything
        return ()
    fields = answer.out.split("\0")
    allowed: list[str] = []
    for scope, value in zip(fields[0::2], fields[1::2], strict=False):
        if scope in ("system", "global", "command"):
            allowed = [*allowed, value] if value else []  # an empty value takes back those before it
    return allowed
