"""Repositories of any size to measure with: many projects, a CI user in each account, and forty people, or as many as
an organization of that size has."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

PEOPLE = 40
"""2 administrators, 6 operators, 4 auditors, 12 developers of everything, 16 developers of some projects."""
TEAMS = 4
"""The last 16 are in teams of four, and each project has one team: trust policies do not grow with the projects."""

PEOPLE_PER_ACCOUNT = 5
"""In an organization: each works on one project, and two administrators on all of them."""

_USERS = '''\
"""People and a machine, as many projects as you like. Made by bench/repository.py."""

from iamgen import CIUser, Grant, User

OPS_SERVICES = ("cloudformation", "dynamodb", "ec2", "iam", "lambda", "logs", "s3", "sts")

USERS = (
{users})

CI_USERS = (CIUser("ci", {{"*-dev": "OpsR", "*-prod": "OpsR"}}),)
'''


def write(folder: Path, accounts: int) -> Path:
    """Write CONST.inc and users.py for so many accounts, user-only among them; return the new folder.

    In more than 1,000 or so, AssumeRoleP does not fit into the ten policies of its group.
    """
    names = tuple(islice(_projects(), accounts - 1))
    return _written(folder, names, _people(names))


def write_organization(folder: Path, accounts: int) -> Path:
    """Write the same with five people for each account, most of whom work on one project; return the new folder."""
    names = tuple(islice(_projects(), accounts - 1))
    return _written(folder, names, _organization(names, PEOPLE_PER_ACCOUNT * accounts))


def _written(folder: Path, names: tuple[str, ...], people: Iterator[str]) -> Path:
    folder.mkdir(parents=True)
    (folder / "CONST.inc").write_text("".join(f"{line}\n" for line in _constants(names)), encoding="utf-8")
    users = "".join(f"    {line},\n" for line in people)
    (folder / "users.py").write_text(_USERS.format(users=users), encoding="utf-8")
    return folder


def _projects() -> Iterator[str]:
    """Yield `p001-dev`, `p001-prod`, `p002-dev`, … without an end."""
    project = 0
    while True:
        project += 1
        yield f"p{project:03}-dev"
        yield f"p{project:03}-prod"


def _constants(names: tuple[str, ...]) -> Iterator[str]:
    yield "GLOBAL_AWS_REGION=eu-west-1"
    for number, name in enumerate(("user-only", *names)):
        prefix = name.upper().replace("-", "_")
        yield f"{prefix}_AWS_ACCOUNT_ID={100_000_000_000 + number}"
        yield f"{prefix}_AWS_ACCOUNT_NAME=example-{name}"


def _people(names: tuple[str, ...]) -> Iterator[str]:
    for n in range(1, 3):
        yield _user(f"admin{n:02}", {"user-only": '"OpsR"', "*": '"AdminR"'}, power=True)
    for n in range(1, 7):
        yield _user(f"ops{n:02}", {"*-dev": '"OpsR"', "*-prod": '("OpsR", "ReadR")'})
    for n in range(1, 5):
        yield _user(f"auditor{n:02}", {"*": '"ReadR"'}, path="/auditors/")
    for n in range(1, 13):
        yield _user(f"developer{n:02}", {"*-dev": '"OpsR"'} | _on_call(names, n))
    for n in range(13, 29):
        yield _user(f"developer{n:02}", _team(names, n % TEAMS) | _on_call(names, n))


def _organization(names: tuple[str, ...], people: int) -> Iterator[str]:
    """Yield the people of an organization: they change their own project in dev and look at it in prod."""
    for n in range(1, 3):
        yield _user(f"admin{n:04}", {"user-only": '"OpsR"', "*": '"AdminR"'}, power=True)
    for n in range(3, people + 1):
        name = names[n % len(names)]
        access = '"OpsR"' if name.endswith("-dev") else '("ReadR", Grant("OpsR", until="2027-03-31", reason="OPS-1"))'
        yield _user(f"person{n:04}", {name: access})


def _team(names: tuple[str, ...], team: int) -> dict[str, str]:
    """Return the access of one who works on every fourth project: to change dev, to look at prod."""
    own = (name for name in names if _project(name) % TEAMS == team)
    return {name: '"OpsR"' if name.endswith("-dev") else '"ReadR"' for name in own}


def _on_call(names: tuple[str, ...], developer: int) -> dict[str, str]:
    """Return a grant with an end, in one project's production, where there are as many projects."""
    own = [name for name in names if name.endswith("-prod") and _project(name) == developer]
    return dict.fromkeys(own, f'("ReadR", Grant("OpsR", until="2027-03-31", reason="OPS-{developer}: on call"))')


def _project(name: str) -> int:
    return int(name[1 : name.index("-")])


def _user(name: str, access: dict[str, str], *, path: str = "/", power: bool = False) -> str:
    """Return one person as Python; the values of `access` are Python already."""
    entries = ", ".join(f'"{account}": {roles}' for account, roles in access.items())
    return f'User("{name}", {{{entries}}}, path="{path}", power={power}, email="{name}@example.com")'
