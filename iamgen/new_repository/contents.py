"""Write the texts of a new repository's files from the choices; `iamgen ci` makes the files of CI."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from iamgen.aws.partitions import partition_of
from iamgen.declaration.accounts import constant
from iamgen.declaration.kinds import KIND, USER_ONLY
from iamgen.declaration.repository_root import CONSTANTS_FILE, USERS_FILE
from iamgen.jinja.template import page
from iamgen.new_repository.choices import AccountChoice, NewRepository
from iamgen.new_repository.people_access import (
    PersonEntry,
    access_of_first,
    access_of_others,
    by_approval,
    example_account,
    has_production,
)

CONSTANTS, USERS, REQUIREMENTS = CONSTANTS_FILE, USERS_FILE, "requirements.txt"
PRE_COMMIT = ".pre-commit-config.yaml"
_ID = "_AWS_ACCOUNT_ID"
_DECLARING = r"(users\.py|CONST\.inc|requirements\.txt|templates/.*)"
_CI_FILES = r"\.github/workflows/iamgen-.*|\.gitlab-ci\.yml"


def declaration_files(folder: Path, choices: NewRepository) -> dict[str, str]:
    """Return what declares the access, by path: all that templates and CI files are made from.

    `folder` is the new repository; templates that it has itself take precedence, as everywhere.
    """
    variables = {**_constants(choices), **_users(choices), "requirement": choices.requirement}
    templates = {
        CONSTANTS: "CONST.inc.j2",
        USERS: "users.py.j2",
        REQUIREMENTS: "requirements.txt.j2",
        "templates/policies/logs.json.j2": "logs.json.j2",
        "aws-cli.config.tpl": "aws-cli.config.tpl",
        "aws-cli.credentials.tpl": "aws-cli.credentials.tpl",
        ".gitignore": "gitignore.j2",
    }
    return {path: page(folder, f"init/{template}", variables) for path, template in templates.items()}


def tool_files(folder: Path, ci: str, holder: str, steps: Iterable[str]) -> dict[str, str]:
    """Return the files by which people work with the declaration, by path.

    `holder` is the account that holds the people, `steps` are what the CI service is to be told.
    """
    variables = {"ci": ci, "holder": holder, "steps": list(steps)}
    templates = {"Makefile": "Makefile.j2", "README.md": "README.md.j2"}
    return {path: page(folder, f"init/{template}", variables) for path, template in templates.items()}


def pre_commit_text(folder: Path, ci: str, place: str) -> str:
    """Return the configuration of pre-commit, which lies at the top of the git repository; `place` is the new
    repository's folder there, or empty."""
    own = re.escape(f"{place}/" if place else "") + _DECLARING
    variables = {
        "ci": ci,
        "make": f"make -C {shlex.quote(place)}" if place else "make",
        "declaring": f"^{own}$",
        "deciding": f"^({own}|{_CI_FILES})$",
    }
    return page(folder, "init/pre-commit-config.yaml.j2", variables)


def _constants(choices: NewRepository) -> Mapping[str, object]:
    partition = partition_of(choices.region)
    return {"region": choices.region, "partition": partition, "accounts": list(_constants_of(choices.accounts))}


def _constants_of(accounts: Sequence[AccountChoice]) -> Iterator[tuple[str, str]]:
    """Yield each account's constants and their values; user-only follows the account that stands in for it."""
    own = [account for account in accounts if account.name == USER_ONLY]
    workplaces = [account for account in accounts if account.name != USER_ONLY]
    stand_in = next((account for account in workplaces for people in own if people.id == account.id), None)
    if own and not stand_in:
        yield constant(USER_ONLY, _ID), own[0].id
    for account in workplaces:
        yield constant(account.name, _ID), account.id
        if account.stated_kind:
            yield constant(account.name, KIND), account.stated_kind
    if stand_in:
        yield constant(USER_ONLY, _ID), f"${{{constant(stand_in.name, _ID)}}}"


def _users(choices: NewRepository) -> Mapping[str, object]:
    if not choices.people or not choices.accounts:  # there is a users.py already, which stays
        return {"first": PersonEntry("", "{}"), "ci": "none"}
    accounts = choices.accounts
    first, *colleagues = choices.people
    access = access_of_others(accounts)
    logs_held = bool(colleagues) and has_production(accounts)
    guarded, unguarded = by_approval(accounts)
    return {
        "first": PersonEntry(first, access_of_first(accounts, logs=not logs_held)),
        "others": [PersonEntry(name, access) for name in colleagues],
        "example": example_account(accounts),
        "ci": choices.ci,
        "guarded": guarded,
        "unguarded": ", ".join(f'"{name}": "DeployR"' for name in unguarded),
    }
