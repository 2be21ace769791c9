"""The choices for a new repository: accounts, region, people, CI, and the iamgen that it installs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from iamgen.declaration.kinds import kind_of, looks_like_production
from iamgen.declaration.resolved import Kind

CiChoice = Literal["github", "gitlab", "none"]
CI_CHOICES: tuple[CiChoice, ...] = get_args(CiChoice)
DEFAULT_REGION = "eu-west-1"
DEFAULT_CI: CiChoice = "github"
_EXAMPLE_PERSON = "alice"


class AccountChoice(NamedTuple):
    """An account that the repository should have."""

    name: str
    """Its name in the declaration, such as `shop-dev`."""
    id: str
    """Its id in AWS."""
    stated_kind: str = ""
    """Its kind, where CONST.inc states it or is to state it; else the name says it."""

    @property
    def kind(self) -> Kind:
        """What the account is for."""
        return kind_of(self.name, self.stated_kind)


@dataclass(frozen=True)
class NewRepository:
    """The choices so far; an empty value is not chosen yet."""

    accounts: tuple[AccountChoice, ...] = ()
    """The accounts, in the order in which CONST.inc is to have them."""
    region: str = ""
    """The region of the stacks."""
    people: tuple[str, ...] = ()
    """The names of IAM users; the first looks after the accounts."""
    ci: CiChoice | Literal[""] = ""
    """The CI service whose files are written."""
    requirement: str = ""
    """The line of requirements.txt by which pip installs iamgen."""


def account_of(text: str) -> AccountChoice:
    """Return the account of a text `NAME=ID`; blanks and hyphens in an id of twelve digits are left out."""
    name, _, id_ = (part.strip() for part in text.partition("="))
    digits = re.sub(r"[\s-]", "", id_)
    return AccountChoice(name, digits if re.fullmatch(r"[0-9]{12}", digits) else id_, kind_to_state(name))


def kind_to_state(name: str) -> str:
    """Return the kind that CONST.inc is to state for an account, which is none where the name says the kind.

    An account that is called as production is, such as `production` or `live`, gets the guards of production:
    colleagues look at it and do not work there, and CI deploys it after an approval.
    """
    return "prod" if kind_of(name, None) == "workload" and looks_like_production(name) else ""


def chosen_kind(name: str) -> Kind:
    """Return the kind that an account of this name has in a new repository."""
    return kind_of(name, kind_to_state(name))


def default_person() -> str:
    """Return the name that the person at this machine signs in with, where an IAM user may have it."""
    from getpass import getuser

    from iamgen.declaration.naming import IAM_NAME

    try:
        name = getuser()
    except (KeyError, OSError):  # nobody has the process's user id
        return _EXAMPLE_PERSON
    return name if IAM_NAME.fullmatch(name) and name != "root" else _EXAMPLE_PERSON
