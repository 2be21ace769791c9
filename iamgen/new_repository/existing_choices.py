"""Read from files that already exist what they say about the choices for a repository."""

from __future__ import annotations

import ast
import os
from pathlib import Path

from iamgen.declaration.file_text import tree
from iamgen.declaration.kinds import USER_ONLY
from iamgen.declaration.load import ConstantsFile, load_constants
from iamgen.declaration.repository_root import CONSTANTS_FILE
from iamgen.errors import IamgenError
from iamgen.new_repository.choices import DEFAULT_CI, AccountChoice, CiChoice, NewRepository
from iamgen.new_repository.contents import REQUIREMENTS, USERS
from iamgen.new_repository.place import NewRepositoryPlace


def accounts_of(folder: Path) -> tuple[AccountChoice, ...]:
    """Return the accounts of the folder's CONST.inc. Raises IamgenError with every fault of the file."""
    _, declared, _ = load_constants(ConstantsFile(folder / CONSTANTS_FILE))
    accounts = [AccountChoice(account.name, account.id, account.kind) for account in declared.by_name.values()]
    holders = [account for account in declared.by_name.values() if account.holds_people and account.name != USER_ONLY]
    return (*accounts, *(AccountChoice(USER_ONLY, account.id) for account in holders))


def likely_ci(place: NewRepositoryPlace) -> CiChoice:
    """Return the CI service whose files are there already; the default before anything is there."""
    if os.path.lexists(place.top / ".gitlab-ci.yml"):  # unlike exists, it says no where nobody may look
        return "gitlab"
    has_workflows = os.path.lexists(place.top / ".github" / "workflows" / "iamgen-check.yml")
    return "none" if place.has("Makefile") and not has_workflows else DEFAULT_CI


def is_stated(name: str, choices: NewRepository, folder: Path) -> bool:
    """Return whether the file that has a choice, by the name of its field, says what was chosen: as after a first run.

    users.py is read for it, and not run; a file that cannot be read says nothing.
    """
    if name == "people":
        return set(choices.people) <= _people_of(folder)
    if name == "requirement":
        return choices.requirement in _requirements_of(folder)
    try:
        _, declared, _ = load_constants(ConstantsFile(folder / CONSTANTS_FILE))
    except IamgenError:
        return False
    if name == "region":
        return choices.region == declared.region
    ids = {account.name: account.id for account in accounts_of(folder)}
    return all(ids.get(account.name) == account.id for account in choices.accounts)


def _people_of(folder: Path) -> set[str]:
    """Return the names of people that users.py writes out."""
    calls = [node for node in ast.walk(tree(str(folder / USERS))) if isinstance(node, ast.Call)]
    users = [call for call in calls if getattr(call.func, "id", "") == "User"]
    firsts = [argument for call in users for argument in call.args[:1]]
    return {first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)}


def _requirements_of(folder: Path) -> list[str]:
    try:
        return [line.strip() for line in (folder / REQUIREMENTS).read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return []
