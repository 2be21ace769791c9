"""What the files that are there already say about the choices for a repository."""

from __future__ import annotations

from pathlib import Path

from iamgen.declaration.kinds import USER_ONLY
from iamgen.declaration.load import CONSTANTS_FILE, ConstantsFile, load_constants
from iamgen.new_repository.choices import DEFAULT_CI, AccountChoice, CiChoice
from iamgen.new_repository.place import NewRepositoryPlace


def accounts_of(folder: Path) -> tuple[AccountChoice, ...]:
    """Return the accounts of the folder's CONST.inc. Raises IamgenError with every fault of the file."""
    _, declared, _ = load_constants(ConstantsFile(folder / CONSTANTS_FILE))
    accounts = [AccountChoice(account.name, account.id, account.kind) for account in declared.by_name.values()]
    holders = [account for account in declared.by_name.values() if account.holds_people and account.name != USER_ONLY]
    return (*accounts, *(AccountChoice(USER_ONLY, account.id) for account in holders))


def likely_ci(place: NewRepositoryPlace) -> CiChoice:
    """Return the CI service whose files are there already; the default before anything is there."""
    if (place.top / ".gitlab-ci.yml").exists():
        return "gitlab"
    has_workflows = (place.top / ".github" / "workflows" / "iamgen-check.yml").exists()
    return "none" if place.has("Makefile") and not has_workflows else DEFAULT_CI
