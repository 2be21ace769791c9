"""`iamgen user show`: print what a person has in AWS, beside what users.py declares."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.clock import now
from iamgen.commands.requests import Output, Reach
from iamgen.deploy.targets import CredentialChoice
from iamgen.people.people_account import sign_in_to_people
from iamgen.people.user_overview import plain_overview, user_overview
from iamgen.people.user_text import user_lines
from iamgen.project import Project
from iamgen.ui.console import Console

DONE, DIFFERS = 0, 4


@dataclass(frozen=True)
class UserShowRequest:
    """Whom to show, and how."""

    root: Path
    """The folder that has users.py."""
    name: str
    """The person's name."""
    reach: Reach = field(default_factory=Reach)
    """Whose credentials are used."""
    output: Output = field(default_factory=Output)
    """Whether stdout is JSON, and whether the exit code says that something differs."""


def user_show(request: UserShowRequest, console: Console) -> int:
    """Print what a person has and return 0; 4, under `exit_code`, when it differs or was not looked at.

    Raises IamgenError for somebody whom neither users.py nor AWS knows, and for what goes wrong on the way to AWS.
    """
    moment = now()
    declaration = Project.load(request.root, moment).declaration
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    overview = user_overview(sign_in_to_people(declaration, access, moment), request.name)
    if request.output.as_json:
        console.product(json.dumps(plain_overview(overview), indent=2) + "\n")
    else:
        console.show_text("".join(f"{line}\n" for line in user_lines(overview, moment)))
    unread = bool(overview.user and overview.user.not_looked_at)
    return DIFFERS if request.output.exit_code and (overview.differences or unread) else DONE
