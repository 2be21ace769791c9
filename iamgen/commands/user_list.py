"""`iamgen user list`: print everybody in the account that holds people."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Output, Reach
from iamgen.deploy.targets import CredentialChoice
from iamgen.people.people_account import sign_in_to_people
from iamgen.people.user_list import UserList, plain_list, user_list
from iamgen.people.user_list_text import list_lines
from iamgen.project import Project
from iamgen.ui.console import Console

DONE, DIFFERS = 0, 4


@dataclass(frozen=True)
class UserListRequest:
    """How to list people."""

    root: Path
    """The folder that has users.py."""
    reach: Reach = field(default_factory=Reach)
    """Whose credentials are used."""
    output: Output = field(default_factory=Output)
    """Whether stdout is JSON, and whether the exit code says that somebody differs."""


def list_users(request: UserListRequest, console: Console) -> int:
    """Print everybody and return 0; 4, under `exit_code`, when somebody differs or was not looked at.

    Raises IamgenError for what goes wrong on the way to AWS.
    """
    moment = now()
    declaration = Project.load(request.root, moment).declaration
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    people = sign_in_to_people(declaration, access, moment)
    with console.board([people.account.name]) as show:
        show(people.account.name, "reading users and the credential report")
        users = user_list(people, Pace())
    if request.output.as_json:
        console.product(json.dumps(plain_list(users), indent=2) + "\n")
    else:
        console.show_text("".join(f"{line}\n" for line in list_lines(users, moment)))
    return DIFFERS if request.output.exit_code and _differs(users) else DONE


def _differs(users: UserList) -> bool:
    return users.report is None or any(row.differences or row.kind == "undeclared" for row in users.rows)
